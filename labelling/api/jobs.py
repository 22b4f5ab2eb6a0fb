"""Jobs: how far they are."""

from rest_framework.request import Request
from rest_framework.response import Response

from labelling.api.base import View
from labelling.api.docs import JOB, describe
from labelling.jobs import selectors, services


class JobDetail(View):
    """`GET /jobs/{id}/`."""

    @describe("How far a job is", answer=JOB, errors=(401, 404))
    def get(self, request: Request, job_id: str) -> Response:
        return Response(selectors.describe(selectors.get_job(self.viewer, job_id), self.now))


class JobCancel(View):
    """`POST /jobs/{id}/cancel/`: what its finished steps wrote stays."""

    @describe("Stop a job; what its finished steps wrote stays", answer=JOB, errors=(401, 404, 409))
    def post(self, request: Request, job_id: str) -> Response:
        job = selectors.get_job(self.viewer, job_id)
        return Response(
            selectors.describe(services.cancel(actor=self.viewer, job_id=str(job.id), now=self.now), self.now)
        )

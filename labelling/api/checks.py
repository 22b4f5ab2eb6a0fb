"""The qualification: one's own, and another try for somebody else."""

from rest_framework.request import Request
from rest_framework.response import Response

from labelling.access import Permission
from labelling.api.base import View, body_of
from labelling.api.docs import FREE, NUMBER, TEXT, TRUTH, WHOLE, describe, many, maybe, thing
from labelling.assign.qualification import own_qualification
from labelling.discuss import services
from labelling.discuss.selectors.checks import qualification_results
from labelling.errors import Invalid
from labelling.intake.selectors import render_data
from labelling.projects.selectors import get_project

QUALIFICATION = maybe(
    thing({"state": TEXT, "examples": WHOLE, "required": NUMBER, "done": WHOLE, "tries": WHOLE, "score": maybe(NUMBER)})
)
RESULT = thing(
    {"example": thing({"key": TEXT, "data": FREE}), "given": TEXT, "right": TRUTH, "reference": TEXT, "reason": TEXT}
)


class Own(View):
    """`GET /projects/{slug}/qualification/`."""

    @describe(
        "How you stand with the examples to get used to the guidelines, and your last try, answer by answer",
        answer=thing({"qualification": QUALIFICATION, "results": many(RESULT)}),
    )
    def get(self, request: Request, slug: str) -> Response:
        project = get_project(self.viewer, slug, Permission.LABEL)
        found = own_qualification(self.viewer, project)
        results = qualification_results(self.viewer, project) if found is None or found.state != "open" else []
        for one in results:
            data = render_data(project, one["example"]["data"])
            one["example"]["data"] = {part["field"]: data.get(part["field"]) for part in project.display}
        return Response({"qualification": found.as_dict() if found else None, "results": results})


class Tries(View):
    """`POST /projects/{slug}/qualification/tries/`."""

    @describe(
        "Let somebody who failed the qualification try once more",
        body=thing({"username": TEXT}),
        answer=thing({"username": TEXT}),
        errors=(400, 401, 403, 404, 409),
    )
    def post(self, request: Request, slug: str) -> Response:
        username = body_of(request).get("username")
        get_project(self.viewer, slug, Permission.MANAGE_MEMBERS)
        if not isinstance(username, str) or not username or "\x00" in username:
            raise Invalid.field("username", "Give the user name of a member.")
        services.allow_try(actor=self.viewer, slug=slug, username=username, now=self.now)
        return Response({"username": username})

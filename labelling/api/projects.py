"""Projects, members, guidelines."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from labelling import flow
from labelling.api.base import View, body_of
from labelling.api.docs import FREE, TEXT, WHOLE, describe, many, thing
from labelling.api.shapes import PROJECT, PROJECT_CHANGE, PROJECT_INPUT
from labelling.projects import selectors, services


class Projects(View):
    """`GET|POST /projects/`."""

    @describe(
        "The projects that you may see",
        answer=thing({"slug": TEXT, "name": TEXT, "counts": FREE}),
        paged=True,
        errors=(400, 401),
    )
    def get(self, request: Request) -> Response:
        def brief(rows: list[Any]) -> list[dict[str, Any]]:
            return [
                {"slug": row.slug, "name": row.name, "labels_per_example": row.labels_per_example,
                 "schema_version": row.schema_version, "guideline_version": row.guideline_version,
                 "counts": {"examples": row.counts.examples, "complete": row.counts.complete, "in_review": row.counts.in_review}}
                for row in rows
            ]  # fmt: skip

        return self.page(selectors.list_projects(self.viewer), brief, ordering="-id")

    @describe(
        "Create a project; you become its owner",
        body=PROJECT_INPUT,
        answer=PROJECT,
        status=201,
        errors=(400, 401, 403, 409),
    )
    def post(self, request: Request) -> Response:
        project = services.create_project(actor=self.viewer, fields=body_of(request), now=self.now)
        return Response(selectors.describe(project), status=201)


class ProjectDetail(View):
    """`GET|PATCH /projects/{slug}/`."""

    @describe("One project", answer=PROJECT, errors=(401, 403, 404))
    def get(self, request: Request, slug: str) -> Response:
        return Response(selectors.describe(selectors.get_project(self.viewer, slug)))

    @describe("Change settings of a project", body=PROJECT_CHANGE, answer=PROJECT)
    def patch(self, request: Request, slug: str) -> Response:
        project = flow.update_project(actor=self.viewer, slug=slug, fields=body_of(request), now=self.now)
        return Response(selectors.describe(project))


class Members(View):
    """`GET|POST /projects/{slug}/members/`."""

    @describe("Its members", answer=thing({"username": TEXT, "role": TEXT, "labels": WHOLE}), paged=True)
    def get(self, request: Request, slug: str) -> Response:
        project = selectors.get_project(self.viewer, slug, selectors.Permission.SEE_LABELS)

        def brief(rows: list[Any]) -> list[dict[str, Any]]:
            return [
                {
                    "username": row.user.username,
                    "display_name": row.user.display_name,
                    "role": row.role,
                    "labels": row.labels,
                }
                for row in rows
            ]

        return self.page(selectors.list_members(project), brief, ordering="id")

    @describe(
        "Add a member, or change a role",
        body=thing({"username": TEXT, "role": TEXT}),
        status=201,
        answer=thing({"username": TEXT, "role": TEXT}),
        errors=(400, 401, 403, 404, 409),
    )
    def post(self, request: Request, slug: str) -> Response:
        body = body_of(request)
        member = services.add_member(
            actor=self.viewer, slug=slug, username=body.get("username"), role=body.get("role"), now=self.now
        )
        return Response({"username": body.get("username"), "role": member.role}, status=201)


class Member(View):
    """`DELETE /projects/{slug}/members/{username}/`: their labels stay, and adding them again undoes it."""

    @describe("Take a member out; their labels stay", status=204, errors=(401, 403, 404, 409))
    def delete(self, request: Request, slug: str, username: str) -> Response:
        flow.remove_member(actor=self.viewer, slug=slug, username=username, now=self.now)
        return Response(status=204)


class Guidelines(View):
    """`GET|POST /projects/{slug}/guidelines/`."""

    @describe(
        "The versions of the guidelines, newest first",
        answer=thing({"version": WHOLE, "text": TEXT, "reason": TEXT}),
        paged=True,
    )
    def get(self, request: Request, slug: str) -> Response:
        project = selectors.get_project(self.viewer, slug)

        def brief(rows: list[Any]) -> list[dict[str, Any]]:
            return [
                {
                    "version": row.version,
                    "text": row.text,
                    "reason": row.reason,
                    "cases": row.cases,
                    "created_at": row.created_at,
                }
                for row in rows
            ]

        return self.page(selectors.list_guidelines(project), brief, ordering="-id")

    @describe(
        "A new version of the guidelines",
        body=thing({"text": TEXT}, reason=TEXT, cases=many(WHOLE)),
        answer=thing({"version": WHOLE}),
        status=201,
    )
    def post(self, request: Request, slug: str) -> Response:
        body = body_of(request)
        version = services.add_guidelines(
            actor=self.viewer,
            slug=slug,
            text=body.get("text"),
            reason=body.get("reason") or "",
            cases=body.get("cases") or [],
            now=self.now,
        )
        return Response({"version": version.version}, status=201)

"""Users and their tokens."""

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from labelling.accounts import services
from labelling.api.base import View, body_of
from labelling.api.docs import TEXT, TIME, WHOLE, describe, many, thing
from labelling.projects import selectors as projects


class TokenInput(serializers.Serializer):
    expires_at = serializers.DateTimeField(required=False, allow_null=True)
    project = serializers.CharField(required=False, allow_null=True)


class Users(View):
    """`POST /users/` (site admins)."""

    @describe(
        "Create a user (site admins)",
        body=thing({"username": TEXT}, password=TEXT, display_name=TEXT),
        status=201,
        answer=thing({"id": WHOLE, "username": TEXT}),
        errors=(400, 401, 403, 409),
    )
    def post(self, request: Request) -> Response:
        body = body_of(request)
        user = services.create_user(
            actor=self.viewer,
            username=body.get("username"),
            password=body.get("password"),
            display_name=body.get("display_name") or "",
            now=self.now,
        )
        return Response({"id": user.pk, "username": user.username, "display_name": user.display_name}, status=201)


class Tokens(View):
    """`POST /users/{username}/tokens/` (a site admin, or that user). The token is shown this once."""

    @describe(
        "Make a token; it is shown this once",
        status=201,
        body=thing({"name": TEXT, "scopes": many(TEXT)}, purpose=TEXT, project=TEXT, expires_at=TIME),
        answer=thing({"id": WHOLE, "name": TEXT, "token": TEXT}),
    )
    def post(self, request: Request, username: str) -> Response:
        body = body_of(request)
        checked = TokenInput(data=body)
        checked.is_valid(raise_exception=True)
        slug = checked.validated_data.get("project")
        row, token = services.create_token(
            actor=self.viewer,
            username=username,
            name=body.get("name"),
            purpose=body.get("purpose") or "",
            scopes=body.get("scopes"),
            project_id=projects.get_project(self.viewer, slug).pk if slug else None,
            expires_at=checked.validated_data.get("expires_at"),
            now=self.now,
        )
        answer = {"id": row.pk, "name": row.name, "token": token, "scopes": row.scopes, "expires_at": row.expires_at}
        return Response(answer, status=201)

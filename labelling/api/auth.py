"""Who calls: `Authorization: Bearer <token>`, or the browser's session with CSRF."""

from typing import Any

from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import (
    BaseAuthentication,
    SessionAuthentication,
    get_authorization_header,
)
from rest_framework.request import Request

from labelling.access import Viewer
from labelling.accounts.selectors import viewer_by_token, viewer_of
from labelling.errors import NotAuthenticated


class TokenAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[Any, Viewer] | None:
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != b"bearer":
            return None
        if len(parts) != 2:
            raise NotAuthenticated("The header reads: Authorization: Bearer <token>, with one token and no spaces in it.")
        try:
            token = parts[1].decode("ascii")
        except UnicodeDecodeError:
            raise NotAuthenticated("This token is not known here.") from None
        return viewer_by_token(token, now=timezone.now())

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="workbench"'


class SessionOrNothing(SessionAuthentication):
    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="workbench"'


def viewer(request: Request) -> Viewer:
    """The viewer behind a request; raises NotAuthenticated for nobody."""
    if isinstance(request.auth, Viewer):
        return request.auth
    if request.user is None or not request.user.is_authenticated:
        raise NotAuthenticated("Send a token (Authorization: Bearer <token>) or log in.")
    return viewer_of(request.user)


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "labelling.api.auth.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "labelling.api.auth.SessionOrNothing"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}

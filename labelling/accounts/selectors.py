"""Reads of users and tokens; who a request comes from."""

from datetime import datetime, timedelta

from labelling.access import Scope, Viewer
from labelling.accounts.models import ApiToken, User
from labelling.accounts.rules import token_hash
from labelling.errors import NotAuthenticated

SEEN_EVERY = timedelta(minutes=1)  # last_used_at is that exact, so that a busy token is not a write a request


def viewer_of(user: User) -> Viewer:
    """The viewer behind a browser session."""
    return Viewer(user_id=user.pk, username=user.username, is_staff=user.is_staff)


def viewer_by_token(token: str, *, now: datetime) -> tuple[User, Viewer]:
    """Who a token works for. Raises NotAuthenticated for one that is unknown, revoked or past its time."""
    row = ApiToken.objects.select_related("user").filter(key_hash=token_hash(token)).first()
    if row is None or row.revoked_at is not None or not row.user.is_active:
        raise NotAuthenticated("This token is not known here, or it was revoked. Make a new one on your account page.")
    if row.expires_at is not None and row.expires_at <= now:
        raise NotAuthenticated(f"This token expired on {row.expires_at:%d %B %Y}. Make a new one on your account page.")
    if row.last_used_at is None or now - row.last_used_at > SEEN_EVERY:
        ApiToken.objects.filter(id=row.id).update(last_used_at=now)
    viewer = Viewer(
        user_id=row.user_id,
        username=row.user.username,
        is_staff=row.user.is_staff,
        scopes=frozenset(Scope(scope) for scope in row.scopes),
        token_id=row.id,
        token_name=row.name,
        only_project_id=row.project_id,
    )
    return row.user, viewer


def list_tokens(viewer: Viewer) -> list[ApiToken]:
    """The viewer's own tokens that still work or expired, newest first."""
    return list(ApiToken.objects.select_related("project").filter(user_id=viewer.user_id, revoked_at=None).order_by("-created_at", "-id"))

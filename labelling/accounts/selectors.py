"""Reads of users and tokens; who a request comes from."""

import json
from datetime import datetime, timedelta

from django.db import router

from labelling.access import Scope, Viewer
from labelling.accounts.models import ApiToken, User
from labelling.accounts.rules import token_hash
from labelling.errors import NotAuthenticated
from labelling.sql import rows, when

SEEN_EVERY = timedelta(minutes=1)  # last_used_at is that exact, so that a busy token is not a write a request


def viewer_of(user: User) -> Viewer:
    """The viewer behind a browser session."""
    return Viewer(user_id=user.pk, username=user.username, is_staff=user.is_staff)


def viewer_by_token(token: str, *, now: datetime) -> tuple[User, Viewer]:
    """Who a token works for. Raises NotAuthenticated for one that is unknown, revoked or past its time."""
    # By hand, because every request of every program asks this first.
    found = rows(
        "SELECT t.id, t.name, t.scopes, t.project_id, t.expires_at, t.last_used_at, t.revoked_at, u.id, u.username, "
        "u.is_staff, u.is_active FROM labelling_apitoken t JOIN labelling_user u ON u.id = t.user_id WHERE t.key_hash = %s",
        [token_hash(token)],
    )
    if not found or found[0][6] is not None or not found[0][10]:
        raise NotAuthenticated("This token is not known here, or it was revoked. Make a new one on your account page.")
    [(token_id, name, scopes, project_id, expires_at, last_used_at, _, user_id, username, is_staff, is_active)] = found
    expires_at, last_used_at = when(expires_at), when(last_used_at)
    if expires_at is not None and expires_at <= now:
        raise NotAuthenticated(f"This token expired on {expires_at:%d %B %Y}. Make a new one on your account page.")
    if last_used_at is None or now - last_used_at > SEEN_EVERY:
        ApiToken.objects.filter(id=token_id).update(last_used_at=now)
    viewer = Viewer(
        user_id=user_id,
        username=username,
        is_staff=bool(is_staff),
        scopes=frozenset(Scope(scope) for scope in (json.loads(scopes) if isinstance(scopes, str) else scopes)),
        token_id=token_id,
        token_name=name,
        only_project_id=project_id,
    )
    # Whatever else is asked of the user is fetched then.
    names = ["id", "username", "is_staff", "is_active"]
    user = User.from_db(router.db_for_read(User), names, [user_id, username, bool(is_staff), bool(is_active)])
    return user, viewer


def list_tokens(viewer: Viewer) -> list[ApiToken]:
    """The viewer's own tokens that still work or expired, newest first."""
    return list(ApiToken.objects.select_related("project").filter(user_id=viewer.user_id, revoked_at=None).order_by("-created_at", "-id"))

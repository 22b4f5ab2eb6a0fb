"""Writes to users and tokens."""

from datetime import datetime
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from labelling import audit
from labelling.access import Viewer
from labelling.accounts.keys import check_keys
from labelling.accounts.models import ApiToken, Theme, User
from labelling.accounts.rules import check_scopes, check_username, new_token, token_hash
from labelling.errors import Conflict, Invalid, NotAllowed, NotFound


def create_user(
    *, actor: Viewer, username: Any, password: Any = None, display_name: Any = "", is_service: bool = False, now: datetime
) -> User:
    """A new account. Without a password nobody can log in to it; tokens still work for it."""
    if not actor.is_staff:
        raise NotAllowed("Only a site admin may create users. Ask whoever runs this workbench.")
    username = check_username(username)
    if not isinstance(display_name, str) or len(display_name) > 150 or "\x00" in display_name:
        raise Invalid.field("display_name", "A display name has 150 characters at most.")
    user = User(username=username, display_name=display_name, is_service=is_service)
    if password is not None:
        if not isinstance(password, str) or len(password) > 4096:
            raise Invalid.field("password", "A password is a text of up to 4,096 characters.")
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise Invalid("The password is too weak.", fields={"password": error.messages}) from None
        user.set_password(password)
    else:
        user.set_unusable_password()
    try:
        with transaction.atomic():
            user.save()
            audit.record(actor=actor, verb="created user", obj=user, now=now)
    except IntegrityError:
        raise Conflict(f"There is a user {username} already.", fields={"username": ["This name is taken."]}) from None
    return user


def set_new_password(*, actor: Viewer, username: str, password: str, now: datetime) -> User:
    """A new password for somebody who lost theirs. Who was logged in under the old one is logged out."""
    if not actor.is_staff:
        raise NotAllowed("Only a site admin may give somebody a new password. Ask whoever runs this workbench.")
    user = User.objects.filter(username=username, is_active=True, is_service=False).first()
    if user is None:
        raise NotFound(f"There is no user {username:.60} who logs in with a password.")
    user.set_password(password)
    with transaction.atomic():
        user.save(update_fields=["password"])
        audit.record(actor=actor, verb="set new password", obj=user, now=now)
    return user


def users_named(usernames: set[str]) -> dict[str, int]:
    """Ids of users by name, those there are not made: accounts that label in imported files but cannot log in."""
    known = dict(User.objects.filter(username__in=usernames).values_list("username", "id"))
    new = [User(username=check_username(name), is_service=True, password="!") for name in sorted(usernames - set(known))]
    if new:
        User.objects.bulk_create(new, ignore_conflicts=True)
        known = dict(User.objects.filter(username__in=usernames).values_list("username", "id"))
    return known


def create_token(
    *,
    actor: Viewer,
    username: str,
    name: Any,
    scopes: Any,
    purpose: str = "",
    project_id: int | None = None,
    expires_at: datetime | None = None,
    now: datetime,
) -> tuple[ApiToken, str]:
    """A token for a user, made by that user or a site admin. Returns it once; only its hash is kept.

    A token cannot make a token that may do more than itself.
    """
    if not actor.is_staff and actor.username != username:
        raise NotAllowed("Only that user or a site admin may make a token for them.")
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise NotFound(f"There is no user {username}.")
    scopes = check_scopes(scopes)
    if not isinstance(name, str) or not name.strip() or len(name) > 100 or "\x00" in name:
        raise Invalid.field("name", "Give the token a name of up to 100 characters.")
    if not isinstance(purpose, str) or len(purpose) > 200 or "\x00" in purpose:
        raise Invalid.field("purpose", "The purpose has 200 characters at most.")
    if expires_at is not None and expires_at <= now:
        raise Invalid.field("expires_at", "The expiry lies in the past.")
    if actor.token_id is not None:
        beyond = set(scopes) - set(actor.scopes)
        if beyond or (actor.only_project_id is not None and project_id != actor.only_project_id):
            raise NotAllowed("A token cannot make one that may do more than itself.")
    token = new_token()
    with transaction.atomic():
        row = ApiToken.objects.create(
            user=user,
            name=name.strip(),
            purpose=purpose,
            scopes=scopes,
            project_id=project_id,
            key_hash=token_hash(token),
            created_at=now,
            expires_at=expires_at,
        )
        audit.record(actor=actor, verb="created token", obj=row, now=now, project_id=project_id, user=username, name=name)
    return row, token


def revoke_token(*, actor: Viewer, token_id: int, now: datetime) -> None:
    row = ApiToken.objects.filter(id=token_id, revoked_at=None).first()
    if row is None or not (actor.is_staff or row.user_id == actor.user_id):
        raise NotFound("There is no such token.")
    with transaction.atomic():
        ApiToken.objects.filter(id=row.id).update(revoked_at=now)
        audit.record(actor=actor, verb="revoked token", obj=row, now=now, project_id=row.project_id)


def set_preferences(
    *, actor: Viewer, theme: str | None = None, quick_mode: bool | None = None, keys: Any = None, now: datetime
) -> None:
    """A person's own settings; what is None stays as it is. `keys` replaces all keys of their own, see `accounts.keys`."""
    changes: dict[str, Any] = {}
    if theme is not None:
        if theme not in Theme.values:
            raise Invalid.field("theme", f"A theme is one of: {', '.join(Theme.values)}.")
        changes["theme"] = theme
    if quick_mode is not None:
        changes["quick_mode"] = quick_mode
    own = None if keys is None else check_keys(keys)
    if not changes and own is None:
        return
    with transaction.atomic():
        user = User.objects.select_for_update().get(id=actor.user_id)
        if own is not None:
            user.preferences = {**user.preferences, "keys": own}
        for name, value in changes.items():
            setattr(user, name, value)
        user.save(update_fields=[*changes, *(["preferences"] if own is not None else [])])
        if own is not None:
            changes["keys"] = own
        audit.record(actor=actor, verb="set preferences", obj=user, now=now, **changes)

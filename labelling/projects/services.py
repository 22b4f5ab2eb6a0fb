"""Writes to projects, their members, guidelines and schemas."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from labelling import audit
from labelling.access import Permission, Role, Viewer, check_permission
from labelling.accounts.models import User
from labelling.accounts.services import create_user
from labelling.errors import Conflict, Invalid, NotAllowed, NotFound
from labelling.kinds.questions import check_of_fields, check_questions
from labelling.projects import rules
from labelling.projects.guidelines import to_html
from labelling.projects.labelling_settings import check_settings
from labelling.projects.models import (
    GuidelineVersion,
    Membership,
    Project,
    ProjectCounts,
    Question,
    SchemaVersion,
)
from labelling.projects.selectors import get_project, questions_of

MAX_GUIDELINES = 200_000
FIELDS = frozenset(
    {"slug", "name", "description", "display", "questions", "tags", "labels_per_example", "guidelines", "order", "seed", "lease_seconds", "target_alpha",
     "labelling"}
)


def create_project(*, actor: Viewer, fields: Mapping[str, Any], now: datetime) -> Project:
    """A project with its first schema and guidelines; its creator becomes its owner. `fields` as in API.md.

    Raises Invalid with all that is wrong at once, and Conflict for a slug that is taken.
    """
    if actor.token_id is not None and Permission.EDIT_PROJECT not in actor.permitted:
        raise NotAllowed("This token may not create projects. It needs the scope manage.")
    if actor.only_project_id is not None:
        raise NotAllowed("This token is bound to one project and cannot create others.")
    cleaned = _check_fields(fields, creating=True)
    cleaned["settings"] = check_settings(cleaned.pop("labelling", {}))
    questions, guidelines = cleaned.pop("questions"), cleaned.pop("guidelines")
    try:
        with transaction.atomic():
            project = Project.objects.create(**cleaned, created_by_id=actor.user_id, created_at=now)
            ProjectCounts.objects.create(project=project)
            SchemaVersion.objects.create(
                project=project, version=1, questions=questions, created_by_id=actor.user_id, created_at=now
            )
            Question.objects.bulk_create(
                [Question(project=project, key=question["key"], kind=question["kind"]) for question in questions]
            )
            _write_guidelines(actor=actor, project=project, version=1, text=guidelines, reason="", cases=[], now=now)
            Membership.objects.create(project=project, user_id=actor.user_id, role=Role.OWNER, number=1, joined_at=now)
            audit.record(actor=actor, verb="created project", obj=project, now=now, project_id=project.pk)
    except IntegrityError:
        raise Conflict(
            f"There is a project {cleaned['slug']} already.", fields={"slug": ["This slug is taken. Choose another."]}
        ) from None
    return project


def update_project(*, actor: Viewer, slug: str, fields: Mapping[str, Any], now: datetime) -> Project:
    """Change settings. Questions and guidelines have versions of their own and are refused here."""
    project = get_project(actor, slug, Permission.EDIT_PROJECT)
    for name in ("questions", "guidelines", "slug", "seed"):
        if name in fields and not (name == "slug" and fields[name] == slug):
            hint = {"questions": "Post a new schema version.", "guidelines": "Post a new version of the guidelines."}
            raise Invalid.field(name, hint.get(name, f"The {name} of a project cannot be changed."))
    cleaned = _check_fields({key: value for key, value in fields.items() if key != "slug"}, creating=False)
    if not cleaned:
        return project
    with transaction.atomic():
        locked = Project.objects.select_for_update(no_key=True).get(pk=project.pk)
        if "labelling" in cleaned:
            cleaned["settings"] = check_settings(cleaned.pop("labelling"), locked.settings)
        if "display" in cleaned:
            check_of_fields(questions_of(project), cleaned["display"])
        before = {name: getattr(project, name) for name in cleaned}
        Project.objects.filter(pk=project.pk).update(**cleaned)
        audit.record(actor=actor, verb="changed project", obj=project, now=now, project_id=project.pk, before=before, after=cleaned)
    return get_project(actor, slug)


def _check_fields(fields: Mapping[str, Any], *, creating: bool) -> dict[str, Any]:
    if not isinstance(fields, Mapping):
        raise Invalid("A project is an object; see the API's documentation for its fields.")
    checks = {
        "slug": rules.check_slug,
        "name": rules.check_name,
        "description": lambda text: _check_text(text, "description", 10_000),
        "display": rules.check_display,
        "questions": check_questions,
        "tags": rules.check_tags,
        "labels_per_example": rules.check_labels_per_example,
        "guidelines": lambda text: _check_text(text, "guidelines", MAX_GUIDELINES),
        "order": _check_order,
        "seed": lambda seed: _check_int(seed, "seed", 0, 2**53),
        "lease_seconds": lambda seconds: _check_int(seconds, "lease_seconds", 1, 7 * 24 * 3600),
        "target_alpha": _check_target,
        "labelling": _check_labelling,
    }
    defaults = {"tags": [], "labels_per_example": 3, "guidelines": "", "description": "", "order": rules.Order.SEQUENCE}
    wanted = {**defaults, **fields} if creating else dict(fields)
    if creating:
        for name in ("slug", "name", "display", "questions"):
            wanted.setdefault(name, None)
    cleaned, problems = {}, {}
    for name, value in wanted.items():
        if name not in FIELDS:
            problems[str(name)] = [f"A project has no field {name!s:.60}."]
            continue
        try:
            cleaned[name] = checks[name](value)
        except Invalid as error:
            problems.update(error.fields)
    if problems:
        raise Invalid(next(iter(problems.values()))[0], fields=problems)
    if creating:
        check_of_fields(cleaned["questions"], cleaned["display"])
    return cleaned


def _check_text(text: Any, name: str, longest: int) -> str:
    if not isinstance(text, str) or len(text) > longest:
        raise Invalid.field(name, f"This is a text of up to {longest:,} characters.")
    return rules.clean_text(text, name)


def _check_labelling(given: Any) -> Any:
    """As given, if it is right: it is laid over what is stored once the project's row is locked."""
    check_settings(given)
    return given


def _check_order(order: Any) -> str:
    if order not in list(rules.Order):
        raise Invalid.field("order", f"The order is one of: {', '.join(rules.Order)}.")
    return str(order)


def _check_int(value: Any, name: str, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise Invalid.field(name, f"Give a whole number from {low:,} to {high:,}.")
    return value


def _check_target(value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1:
        raise Invalid.field("target_alpha", "A target lies between 0 and 1, like 0.67.")
    return float(value)


def add_member(*, actor: Viewer, slug: str, username: Any, role: Any, now: datetime) -> Membership:
    """Make a user a member, or change the role of one. Only owners make owners; the last owner stays one."""
    project = get_project(actor, slug, Permission.MANAGE_MEMBERS)
    if role not in list(Role):
        raise Invalid.field("role", f"A role is one of: {', '.join(Role)}.")
    user = User.objects.filter(username=str(username)).first() if "\x00" not in str(username) else None
    if user is None:
        raise Invalid.field("username", f"There is no user {username!s:.60}. A site admin can create one.")
    with transaction.atomic():
        Project.objects.select_for_update(no_key=True).get(pk=project.pk)  # numbers, and the last owner, are decided one by one
        membership = Membership.objects.filter(project=project, user=user).first()
        if Role.OWNER in (role, membership.role if membership and not membership.removed_at else None):
            check_permission(actor, project.viewer_role, Permission.MANAGE_OWNERS)  # type: ignore[attr-defined]
        if membership is None:
            (membership,) = new_members(project_id=project.pk, user_ids=[user.pk], role=role, now=now)
        else:
            if role != Role.OWNER:
                _check_not_last_owner(membership)
            Membership.objects.filter(pk=membership.pk).update(role=role, removed_at=None)
            membership.refresh_from_db()
        audit.record(
            actor=actor, verb="set member", obj=membership, now=now, project_id=project.pk, username=user.username, role=role
        )
    return membership


def create_member(
    *, actor: Viewer, slug: str, username: Any, display_name: Any, password: str, role: Any, now: datetime
) -> Membership:
    """A new account that is a member at once, or neither. For site admins who lead."""
    get_project(actor, slug, Permission.MANAGE_MEMBERS)
    with transaction.atomic():
        create_user(actor=actor, username=username, password=password, display_name=display_name, now=now)
        return add_member(actor=actor, slug=slug, username=username, role=role, now=now)


def remove_member(*, actor: Viewer, slug: str, username: str, now: datetime) -> None:
    """Take somebody out of a project. Their labels stay; adding them again undoes it."""
    project = get_project(actor, slug, Permission.MANAGE_MEMBERS)
    with transaction.atomic():
        Project.objects.select_for_update(no_key=True).get(pk=project.pk)
        membership = Membership.objects.filter(project=project, user__username=username, removed_at=None).first()
        if membership is None:
            raise NotFound(f"{username} is not a member of this project.")
        if membership.role == Role.OWNER:
            check_permission(actor, project.viewer_role, Permission.MANAGE_OWNERS)  # type: ignore[attr-defined]
        _check_not_last_owner(membership)
        Membership.objects.filter(pk=membership.pk).update(removed_at=now)
        audit.record(actor=actor, verb="removed member", obj=membership, now=now, project_id=project.pk, username=username)


def _check_not_last_owner(membership: Membership) -> None:
    if membership.role != Role.OWNER or membership.removed_at:
        return
    others = Membership.objects.filter(project_id=membership.project_id, role=Role.OWNER, removed_at=None)
    if not others.exclude(pk=membership.pk).exists():
        raise Conflict("This is the last owner of the project. Make somebody else an owner first.")


def new_members(*, project_id: int, user_ids: list[int], role: str, now: datetime) -> list[Membership]:
    """Rows for users who are not in the project yet, with the next pseudonym numbers. The caller has locked the
    project's row and writes the audit event."""
    last = Membership.objects.filter(project_id=project_id).aggregate(last=Max("number"))["last"] or 0
    return Membership.objects.bulk_create(
        [
            Membership(project_id=project_id, user_id=user_id, role=role, number=last + place, joined_at=now)
            for place, user_id in enumerate(user_ids, start=1)
        ]
    )


def add_guidelines(
    *, actor: Viewer, slug: str, text: Any, reason: Any = "", cases: Any = (), now: datetime
) -> GuidelineVersion:
    """A new version of the guidelines; each label keeps the one that it was made under."""
    project = get_project(actor, slug, Permission.EDIT_GUIDELINES)
    text, reason = _check_text(text, "text", MAX_GUIDELINES), _check_text(reason, "reason", 2000)
    if not isinstance(cases, list | tuple) or any(isinstance(case, bool) or not isinstance(case, int) for case in cases):
        raise Invalid.field("cases", "cases is a list of case ids.")
    with transaction.atomic():
        locked = Project.objects.select_for_update(no_key=True).get(pk=project.pk)
        version = _write_guidelines(
            actor=actor, project=locked, version=locked.guideline_version + 1, text=text, reason=reason, cases=list(cases), now=now
        )
        Project.objects.filter(pk=project.pk).update(guideline_version=version.version)
        audit.record(
            actor=actor, verb="changed guidelines", obj=version, now=now, project_id=project.pk, version=version.version
        )
    return version


def _write_guidelines(
    *, actor: Viewer, project: Project, version: int, text: str, reason: str, cases: list[int], now: datetime
) -> GuidelineVersion:
    return GuidelineVersion.objects.create(
        project=project,
        version=version,
        text=text,
        html=to_html(text),
        reason=reason,
        cases=cases,
        created_by_id=actor.user_id,
        created_at=now,
    )

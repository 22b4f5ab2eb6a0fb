"""Who may do what, as data: roles give permissions, a token's scopes narrow them.

Two questions are asked apart: may this *person* do it (here), and does the *state* allow it (each stage's rules).
"""

from dataclasses import dataclass
from enum import StrEnum

from labelling.errors import NotAllowed


class Role(StrEnum):
    LABELLER = "labeller"
    LEAD = "lead"
    OWNER = "owner"


class Permission(StrEnum):
    READ_PROJECT = "read_project"  # its questions, guidelines and counts
    LABEL = "label"  # lease, label, skip, see one's own labels
    JOIN_CASES = "join_cases"  # remark in cases that one is invited to
    READ_EXAMPLES = "read_examples"
    SEE_LABELS = "see_labels"  # everybody's labels, consensus, agreement: what blindness hides
    IMPORT = "import"
    DISCUSS = "discuss"  # open, settle and reopen cases
    READ_VERSIONS = "read_versions"
    RELEASE = "release"
    EVALUATE = "evaluate"
    READ_EVALUATIONS = "read_evaluations"
    EDIT_GUIDELINES = "edit_guidelines"
    EDIT_PROJECT = "edit_project"  # settings, schema, sources
    MANAGE_MEMBERS = "manage_members"
    MANAGE_OWNERS = "manage_owners"


P = Permission
LABELLER = frozenset({P.READ_PROJECT, P.LABEL, P.JOIN_CASES})
LEAD = frozenset(set(P) - {P.MANAGE_OWNERS})
OWNER = frozenset(P)
ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {Role.LABELLER: LABELLER, Role.LEAD: LEAD, Role.OWNER: OWNER}
ROLE_NOTES = {
    Role.LABELLER: "Labels examples without seeing anybody else's answers, and joins the cases they are invited to.",
    Role.LEAD: "Also imports, sees all labels, settles cases, keeps the guidelines and releases versions.",
    Role.OWNER: "Also decides who else is an owner.",
}


class Scope(StrEnum):
    LABEL = "label"
    READ = "read"
    EVALUATE = "evaluate"
    MANAGE = "manage"


SCOPE_PERMISSIONS: dict[Scope, frozenset[Permission]] = {
    Scope.LABEL: LABELLER,
    Scope.READ: frozenset({P.READ_PROJECT, P.READ_EXAMPLES, P.SEE_LABELS, P.READ_VERSIONS, P.READ_EVALUATIONS}),
    Scope.EVALUATE: frozenset({P.READ_PROJECT, P.EVALUATE, P.READ_EVALUATIONS, P.READ_VERSIONS}),
    Scope.MANAGE: frozenset(P),
}
ALL_SCOPES = frozenset(Scope)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks: a person at a page, or a token that works for one. Every selector and service takes one."""

    user_id: int
    username: str
    is_staff: bool = False
    scopes: frozenset[Scope] = ALL_SCOPES
    token_id: int | None = None
    token_name: str = ""
    only_project_id: int | None = None  # a token may be bound to one project

    @property
    def permitted(self) -> frozenset[Permission]:
        """What the scopes allow, whatever the role."""
        return frozenset().union(*(SCOPE_PERMISSIONS[scope] for scope in self.scopes))


def permissions_of(viewer: Viewer, role: Role | None) -> frozenset[Permission]:
    """What this viewer may do in a project where they have this role. Site admins are owners everywhere."""
    if viewer.is_staff:
        by_role = OWNER
    elif role is None:
        return frozenset()
    else:
        by_role = ROLE_PERMISSIONS[role]
    return by_role & viewer.permitted


def check_permission(viewer: Viewer, role: Role | None, permission: Permission) -> None:
    """Raise NotAllowed, with a sentence that says what is missing and who can help."""
    if permission in permissions_of(viewer, role):
        return
    words = permission.value.replace("_", " ")
    if permission not in viewer.permitted:
        wanted = sorted(scope.value for scope, allowed in SCOPE_PERMISSIONS.items() if permission in allowed)
        raise NotAllowed(f"This token may not do that ({words}). It needs the scope {' or '.join(wanted)}.")
    raise NotAllowed(f"Your role in this project does not allow that ({words}). Ask one of its owners.")

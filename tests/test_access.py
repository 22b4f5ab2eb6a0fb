import pytest

from labelling.access import Permission, Role, Scope, Viewer, check_permission, permissions_of
from labelling.errors import NotAllowed

ADA = Viewer(user_id=1, username="ada")


def test_a_labeller_sees_nothing_of_others():
    allowed = permissions_of(ADA, Role.LABELLER)
    assert allowed == {Permission.READ_PROJECT, Permission.LABEL, Permission.JOIN_CASES}


def test_every_permission_is_somebodys():
    assert permissions_of(ADA, Role.OWNER) == set(Permission)


def test_a_lead_does_all_but_decide_on_owners():
    assert set(Permission) - permissions_of(ADA, Role.LEAD) == {Permission.MANAGE_OWNERS}


def test_a_stranger_may_nothing_and_a_site_admin_everything():
    assert permissions_of(ADA, None) == frozenset()
    assert permissions_of(Viewer(user_id=2, username="root", is_staff=True), None) == set(Permission)


def test_a_scope_narrows_a_role_and_never_widens_it():
    reader = Viewer(user_id=1, username="ada", scopes=frozenset({Scope.READ}))
    assert Permission.READ_VERSIONS in permissions_of(reader, Role.LEAD)
    assert Permission.RELEASE not in permissions_of(reader, Role.LEAD)
    assert Permission.READ_VERSIONS not in permissions_of(reader, Role.LABELLER)


def test_a_refusal_says_which_scope_is_missing():
    reader = Viewer(user_id=1, username="ada", scopes=frozenset({Scope.READ}))
    with pytest.raises(NotAllowed, match="needs the scope label or manage"):
        check_permission(reader, Role.LEAD, Permission.LABEL)
    with pytest.raises(NotAllowed, match="Ask one of its owners"):
        check_permission(ADA, Role.LABELLER, Permission.RELEASE)

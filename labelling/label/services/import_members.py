"""Who is who in a file of labels."""

from collections.abc import Iterable
from datetime import datetime

from labelling.access import Role
from labelling.accounts.models import User
from labelling.accounts.services import users_named
from labelling.projects.models import Membership, Project
from labelling.projects.services import new_members


class Members:
    """Who is who in the file: user and membership by name. What a chunk learnt is kept once it is committed."""

    def __init__(self, project_id: int) -> None:
        self.project_id = project_id
        self.known: dict[str, tuple[int, int]] = {}
        self.fresh: dict[str, tuple[int, int]] = {}

    def keep(self) -> None:
        self.known |= self.fresh
        self.fresh = {}

    def find(self, names: Iterable[str], now: datetime) -> list[str]:
        """Learn these names, in the chunk's transaction. Names that nobody has become accounts and members that cannot log
        in. Somebody who has an account but no part in this project gets their labels filed under their name and is
        let in nowhere; their names are returned."""
        self.fresh = {}
        wanted = {name for name in names if name not in self.known}
        if not wanted:
            return []
        Project.objects.select_for_update(no_key=True).get(pk=self.project_id)  # numbers are given one by one
        before = set(User.objects.filter(username__in=wanted).values_list("username", flat=True))
        users = users_named(wanted)
        names_of = {pk: name for name, pk in users.items()}
        memberships = self._memberships(users.values())
        missing = [pk for name, pk in sorted(users.items()) if pk not in memberships]
        if missing:
            made = new_members(project_id=self.project_id, user_ids=missing, role=Role.LABELLER, now=now)
            strangers = [row.pk for row in made if names_of[row.user_id] in before]
            Membership.objects.filter(pk__in=strangers).update(removed_at=now)
            memberships = self._memberships(users.values())
        self.fresh = {name: (pk, memberships[pk]) for name, pk in users.items()}
        return sorted(names_of[pk] for pk in missing if names_of[pk] in before)

    def _memberships(self, user_ids: Iterable[int]) -> dict[int, int]:
        return dict(Membership.objects.filter(project_id=self.project_id, user_id__in=list(user_ids)).values_list("user_id", "id"))

    def __getitem__(self, name: str) -> tuple[int, int]:
        return self.known.get(name) or self.fresh[name]

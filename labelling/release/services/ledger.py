"""The ledger: every download of a version's file, under its token's name."""

from datetime import datetime

from labelling.access import Viewer
from labelling.accounts.models import ApiToken
from labelling.release.models import DatasetVersion, Pull


def record_pull(*, actor: Viewer, version: DatasetVersion, file_name: str, status: int, range: str = "", now: datetime) -> None:
    """Write down one answer to a download: 200 whole, 206 a part, 304 they had it already."""
    purpose = ApiToken.objects.filter(id=actor.token_id).values_list("purpose", flat=True).first() if actor.token_id else ""
    Pull.objects.create(
        version=version, file_name=file_name, user_id=actor.user_id, token_name=actor.token_name, purpose=purpose or "",
        range=range[:60], status=status, at=now,
    )  # fmt: skip

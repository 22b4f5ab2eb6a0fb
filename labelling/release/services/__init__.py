"""Writes of releasing."""

from labelling.release.services.ledger import record_pull
from labelling.release.services.recall import recall_version
from labelling.release.services.release import release_version, run_release

__all__ = ["recall_version", "record_pull", "release_version", "run_release"]

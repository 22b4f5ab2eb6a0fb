"""Writes to assignments and the queue."""

from labelling.assign.services.giving_back import (
    end_leases_on,
    keep_out,
    release_after_leaving,
    release_all,
    release_assignment,
    release_leases_of,
    skip_assignment,
)
from labelling.assign.services.leasing import Handed, lease_examples
from labelling.assign.services.room import expire_leases, lock_examples, put_back, start_anew
from labelling.assign.services.rounds import set_labels_wanted, set_order, start_round
from labelling.assign.services.walk import Leased

__all__ = [
    "Handed",
    "Leased",
    "end_leases_on",
    "expire_leases",
    "keep_out",
    "lease_examples",
    "lock_examples",
    "put_back",
    "release_after_leaving",
    "release_all",
    "release_assignment",
    "release_leases_of",
    "set_labels_wanted",
    "set_order",
    "skip_assignment",
    "start_anew",
    "start_round",
]

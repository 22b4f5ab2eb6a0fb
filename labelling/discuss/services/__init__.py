"""Writes to cases."""

from labelling.discuss.services.checking import after_check, allow_try, set_gold_aside
from labelling.discuss.services.opening import open_cases
from labelling.discuss.services.schema_change import Changed, change_schema
from labelling.discuss.services.settling import LabelsChanged, SettledMeanwhile, reopen, resolve
from labelling.discuss.services.suspecting import Sent, send_group, send_suspects
from labelling.discuss.services.talking import (
    Invited,
    Remarked,
    add_remark,
    assign_to,
    check_not_swayed,
    invite,
    report,
    show_names,
)
from labelling.discuss.services.truth import import_resolutions, start_resolution_import

__all__ = [
    "Changed",
    "Invited",
    "LabelsChanged",
    "Remarked",
    "Sent",
    "SettledMeanwhile",
    "add_remark",
    "after_check",
    "allow_try",
    "assign_to",
    "change_schema",
    "check_not_swayed",
    "import_resolutions",
    "invite",
    "open_cases",
    "reopen",
    "report",
    "resolve",
    "send_group",
    "send_suspects",
    "set_gold_aside",
    "show_names",
    "start_resolution_import",
]

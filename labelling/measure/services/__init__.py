"""Writes of measuring: the answers that figures are measured against, saved slices, dated notes, suspected errors and audits."""

from labelling.measure.services.audits import draw_audit, judge
from labelling.measure.services.near_duplicates import run_near_duplicates, start_near_duplicates
from labelling.measure.services.notes import add_note, change_note, remove_note, restore_note
from labelling.measure.services.resolved import Standing, forget_gold_without_answers, set_resolved_answers
from labelling.measure.services.runs import KIND as AGREEMENT_RUN
from labelling.measure.services.runs import RELEASE, run_agreement, start_agreement_runs, start_daily_runs, store_runs
from labelling.measure.services.slices import create_slice, recount_slices, remove_slice, rename_slice, restore_slice
from labelling.measure.services.suspects import run_suspects, start_suspects

__all__ = [
    "AGREEMENT_RUN",
    "RELEASE",
    "Standing",
    "add_note",
    "change_note",
    "create_slice",
    "draw_audit",
    "forget_gold_without_answers",
    "judge",
    "recount_slices",
    "remove_note",
    "remove_slice",
    "rename_slice",
    "restore_note",
    "restore_slice",
    "run_agreement",
    "run_near_duplicates",
    "run_suspects",
    "set_resolved_answers",
    "start_agreement_runs",
    "start_daily_runs",
    "start_near_duplicates",
    "start_suspects",
    "store_runs",
]

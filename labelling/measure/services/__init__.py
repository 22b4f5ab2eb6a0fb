"""Writes of measuring: the answers that figures are measured against, saved slices, dated notes."""

from labelling.measure.services.notes import add_note, change_note, remove_note, restore_note
from labelling.measure.services.resolved import Standing, forget_gold_without_answers, set_resolved_answers
from labelling.measure.services.slices import create_slice, recount_slices, remove_slice, rename_slice, restore_slice

__all__ = [
    "Standing",
    "add_note",
    "change_note",
    "create_slice",
    "forget_gold_without_answers",
    "recount_slices",
    "remove_note",
    "remove_slice",
    "rename_slice",
    "restore_note",
    "restore_slice",
    "set_resolved_answers",
]

"""Writes of labels."""

from labelling.label.services.import_writing import Touched
from labelling.label.services.importing import import_labels, start_label_import
from labelling.label.services.pruning import prune_changes
from labelling.label.services.recounting import recount
from labelling.label.services.submitting import Submitted, submit_label
from labelling.label.services.suggesting import import_suggestions, remove_suggestions, start_suggestion_import

__all__ = [
    "Submitted",
    "Touched",
    "import_labels",
    "import_suggestions",
    "prune_changes",
    "recount",
    "remove_suggestions",
    "start_label_import",
    "start_suggestion_import",
    "submit_label",
]

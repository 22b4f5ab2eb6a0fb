"""Writes of labels."""

from labelling.label.services.import_writing import Touched
from labelling.label.services.importing import import_labels, start_label_import
from labelling.label.services.recounting import recount
from labelling.label.services.submitting import Submitted, submit_label

__all__ = ["Submitted", "Touched", "import_labels", "recount", "start_label_import", "submit_label"]

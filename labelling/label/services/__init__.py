"""Writes of labels."""

from labelling.label.services.submitting import Submitted, submit_label

__all__ = ["Submitted", "submit_label"]

"""The registry of question kinds. A new kind is its module, its template, its script and one line here."""

from labelling.kinds.base import Kind
from labelling.kinds.choice import Choice
from labelling.kinds.rating import Rating

KINDS: dict[str, Kind] = {kind.name: kind for kind in (Choice(), Rating())}

__all__ = ["KINDS", "Kind"]

"""The registry of question kinds. A new kind is its module, its template, its script and one line here."""

from labelling.kinds.base import Kind
from labelling.kinds.boxes import Boxes
from labelling.kinds.choice import Choice
from labelling.kinds.choices import Choices
from labelling.kinds.number import Number
from labelling.kinds.rating import Rating
from labelling.kinds.spans import Spans
from labelling.kinds.text import Text

KINDS: dict[str, Kind] = {kind.name: kind for kind in (Choice(), Choices(), Rating(), Number(), Text(), Spans(), Boxes())}

__all__ = ["KINDS", "Kind"]

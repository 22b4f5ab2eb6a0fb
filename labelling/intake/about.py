"""What answers are checked against: the text that spans are in, the size of the picture that boxes are on. Only where a
question asks for it: data are large, and submitting is somebody's waiting."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import orjson

from labelling.intake.models import Example, Media
from labelling.kinds.questions import fields_about
from labelling.sql import rows

PART = 500  # keys in one statement
Name = TypeVar("Name", bound=Hashable)


def about_example(*, project_id: int, example_id: int, questions: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Field → what canonical_value wants to know of it, of one example; None where no question asks for anything."""
    fields = fields_about(questions)
    if not fields:
        return None
    found = rows("SELECT data FROM labelling_example WHERE id = %s AND project_id = %s", [example_id, project_id])
    data = found[0][0] if found else {}
    return _about(project_id, fields, {0: orjson.loads(data) if isinstance(data, str | bytes) else data})[0]


def about_keys(*, project_id: int, keys: Iterable[str], questions: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Example key → the same; empty where no question asks. Call it for a few hundred at once: it holds their data."""
    fields, wanted = fields_about(questions), sorted(set(keys))
    found: dict[str, dict[str, Any]] = {}
    for start in range(0, len(wanted) if fields else 0, PART):
        examples = Example.objects.filter(project_id=project_id, key__in=wanted[start : start + PART])
        found |= _about(project_id, fields, dict(examples.values_list("key", "data")))
    return found


def _about(project_id: int, fields: Mapping[str, str], data: Mapping[Name, Mapping[str, Any]]) -> dict[Name, dict[str, Any]]:
    pictures = [field for field, shown in fields.items() if shown == "image"]
    names = {str(one.get(field)).partition(".")[0] for one in data.values() for field in pictures}
    media = Media.objects.filter(project_id=project_id, sha256__in=names, width__isnull=False, height__isnull=False) if names else []
    sizes = {row.sha256: (row.width, row.height) for row in media}
    found: dict[Name, dict[str, Any]] = {}
    for name, one in data.items():
        known = {field: sizes.get(str(one.get(field)).partition(".")[0]) if shown == "image" else one.get(field) for field, shown in fields.items()}
        found[name] = {field: about for field, about in known.items() if isinstance(about, str | tuple)}
    return found

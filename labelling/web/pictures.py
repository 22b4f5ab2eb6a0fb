"""What the labelling screen knows of a picture before it is loaded: its size, and the scaled copies that there are."""

from collections.abc import Sequence
from typing import Any

from labelling.intake.selectors import picture_sizes


def with_pictures(project: Any, assignments: Sequence[dict[str, Any]]) -> Sequence[dict[str, Any]]:
    """The same assignments; where a field is shown as a picture, its address becomes {url, width, height, copies: [2048, …]}.
    One query for all of them, and none for a project without pictures."""
    fields = [part["field"] for part in project.display if part["as"] == "image"]
    places = [(one["example"]["data"], field) for one in assignments for field in fields if isinstance(one["example"]["data"].get(field), str)]
    sizes = picture_sizes(project, {name_in(data[field]) for data, field in places})
    for data, field in places:
        if size := sizes.get(name_in(data[field])):
            data[field] = {"url": data[field], **size}
    return assignments


def name_in(address: str) -> str:
    """"/projects/reviews/media/<sha256>.png" → "<sha256>.png"."""
    return address.rpartition("/")[2]

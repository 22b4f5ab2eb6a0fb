"""What a project's settings may be. Pure: plain values in, cleaned values or Invalid out."""

import re
from enum import StrEnum
from typing import Any

from labelling.errors import Invalid

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")
KEY = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,59}")
DISPLAYS = ("text", "markdown", "image", "audio", "table", "dialogue")
BUILT_IN_TAGS = ("borderline", "unintelligible", "not_enough_information")
TAGS_WITHOUT_ANSWER = frozenset({"unintelligible", "not_enough_information"})
MAX_LABELS_PER_EXAMPLE = 100


class Order(StrEnum):
    """In which order examples are handed out; both are the same for the same seed."""

    SEQUENCE = "sequence"  # by priority, then position
    SHUFFLED = "shuffled"  # by priority, then an order of its own for each labeller


def check_slug(slug: Any) -> str:
    if not isinstance(slug, str) or not SLUG.fullmatch(slug):
        raise Invalid.field("slug", "A slug has 1 to 60 small letters, digits and hyphens, like film-reviews.")
    return slug


def check_name(name: Any, *, field: str = "name") -> str:
    if not isinstance(name, str) or not name.strip():
        raise Invalid.field(field, "Give it a name.")
    if len(name) > 200:
        raise Invalid.field(field, "A name has 200 characters at most.")
    return clean_text(name.strip(), field)


def clean_text(text: str, field: str) -> str:
    """Refuse what no database stores: null bytes and lone surrogates."""
    if "\x00" in text:
        raise Invalid.field(field, "The text holds a null byte. Remove it.")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise Invalid.field(field, "The text holds half of a surrogate pair, which is not a character.") from None
    return text


def check_display(display: Any) -> list[dict[str, str]]:
    """What is shown of an example: [{"field", "as"}], at least one."""
    if not isinstance(display, list) or not display:
        raise Invalid.field("display", 'Say what is shown of an example, like [{"field": "text", "as": "text"}].')
    if len(display) > 20:
        raise Invalid.field("display", "At most 20 fields can be shown.")
    seen: set[str] = set()
    cleaned = []
    for number, part in enumerate(display):
        at = f"display[{number}]"
        if not isinstance(part, dict):
            raise Invalid.field(at, 'Each part is an object with "field" and "as".')
        field, kind = part.get("field"), part.get("as", "text")
        if not isinstance(field, str) or not KEY.fullmatch(field):
            raise Invalid.field(f"{at}.field", "A field name has letters, digits, _ . and - only.")
        if kind not in DISPLAYS:
            raise Invalid.field(f"{at}.as", f"A field is shown as one of: {', '.join(DISPLAYS)}.")
        if field in seen:
            raise Invalid.field(f"{at}.field", f"The field {field} is there twice.")
        seen.add(field)
        cleaned.append({"field": field, "as": kind})
    return cleaned


def check_tags(tags: Any) -> list[dict[str, str]]:
    """A project's own tags: [{"key", "name"}]. The three built-in ones are always there besides."""
    if not isinstance(tags, list):
        raise Invalid.field("tags", "Tags are a list of objects with key and name.")
    cleaned: list[dict[str, str]] = []
    seen: set[str] = set()
    for number, tag in enumerate(tags):
        at = f"tags[{number}]"
        if not isinstance(tag, dict):
            raise Invalid.field(at, "Each tag is an object with key and name.")
        key = tag.get("key")
        if key in BUILT_IN_TAGS:
            continue  # always there; a client may send back what it was told
        if not isinstance(key, str) or not KEY.fullmatch(key):
            raise Invalid.field(f"{at}.key", "A key has letters, digits, _ . and - only.")
        if key in seen:
            raise Invalid.field(f"{at}.key", f"The tag {key} is there already.")
        seen.add(key)
        cleaned.append({"key": key, "name": check_name(tag.get("name", key), field=f"{at}.name")})
    return cleaned


def check_labels_per_example(count: Any) -> int:
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= MAX_LABELS_PER_EXAMPLE:
        raise Invalid.field("labels_per_example", f"Ask for 1 to {MAX_LABELS_PER_EXAMPLE} labels per example.")
    return count

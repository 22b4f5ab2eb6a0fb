"""JSON in: no text gets past here that no database stores."""

from typing import Any

from rest_framework.parsers import JSONParser

from labelling.errors import Invalid

MAX_DEPTH = 50


class CleanJSONParser(JSONParser):
    """JSON without null bytes, lone surrogates, NaN or bottomless nesting: refused with the field's name."""

    def parse(self, stream, media_type=None, parser_context=None):  # type: ignore[no-untyped-def]
        try:
            data = super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise Invalid("The JSON is nested too deeply.") from None
        check_texts(data, "", 0)
        return data


def check_texts(data: Any, at: str, depth: int) -> None:
    """Raise Invalid naming the first text below `data` that cannot be stored."""
    if depth > MAX_DEPTH:
        raise Invalid("The JSON is nested too deeply.")
    if isinstance(data, str):
        if "\x00" in data:
            raise Invalid.field(at or "body", "The text holds a null byte. Remove it.")
        if not data.isascii():
            try:
                data.encode("utf-8")
            except UnicodeEncodeError:
                raise Invalid.field(at or "body", "The text holds half of a surrogate pair, which is not a character.") from None
    elif isinstance(data, dict):
        for key, value in data.items():
            check_texts(key, at or "body", depth)
            check_texts(value, f"{at}.{key}" if at else key, depth + 1)
    elif isinstance(data, list):
        for number, value in enumerate(data):
            check_texts(value, f"{at}[{number}]", depth + 1)

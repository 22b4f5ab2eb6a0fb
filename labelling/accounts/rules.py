"""What names, tokens and scopes may be."""

import hashlib
import re
import secrets
from typing import Any

from labelling.access import ALL_SCOPES, Scope
from labelling.errors import Invalid

USERNAME = re.compile(r"[\w.@+-]{1,150}")
TOKEN_PREFIX = "wb_"


def check_username(username: Any) -> str:
    if not isinstance(username, str) or not USERNAME.fullmatch(username):
        raise Invalid.field("username", "A user name has 1 to 150 letters, digits and @ . + - _ only.")
    return username


def check_scopes(scopes: Any) -> list[str]:
    """A list of scopes, each once, in a fixed order; an empty list is refused rather than taken for all."""
    if not isinstance(scopes, list | tuple) or not scopes:
        raise Invalid.field("scopes", f"Name at least one scope of: {', '.join(Scope)}.")
    unknown = [str(scope) for scope in scopes if scope not in list(Scope)]
    if unknown:
        raise Invalid.field("scopes", f"There is no scope {unknown[0]!r:.40}. The scopes: {', '.join(Scope)}.")
    return sorted(set(scopes))


def new_token() -> str:
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """A token has 256 bits of chance, so a plain hash is enough and a look-up stays one index probe."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


EVERY_SCOPE = sorted(ALL_SCOPES)

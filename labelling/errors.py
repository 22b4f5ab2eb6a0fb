"""The base errors. A stage subclasses them where it raises them.

Every message is a sentence that a person can act on: what happened, what became of the work, what to do.
`status` is the HTTP status that the doors (web, api) answer with; the domain itself never speaks HTTP.
"""

from collections.abc import Mapping, Sequence


class WorkbenchError(Exception):
    """Anything that a caller can be told about."""

    code = "error"
    status = 400

    def __init__(self, message: str, *, fields: Mapping[str, Sequence[str]] | None = None, **details: object) -> None:
        super().__init__(message)
        self.message = message
        self.fields = {name: list(texts) for name, texts in (fields or {}).items()}
        self.details = details

    def as_dict(self) -> dict[str, object]:
        """The body of an API error: code, message, fields and whatever else helps."""
        return {"code": self.code, "message": self.message, "fields": self.fields, **self.details}


class Invalid(WorkbenchError):
    """The input is not what was asked for; nothing was stored."""

    code = "invalid"

    @classmethod
    def field(cls, name: str, message: str) -> "Invalid":
        """One field is wrong, and the message says how to mend it."""
        return cls(message, fields={name: [message]})


class NotAuthenticated(WorkbenchError):
    code = "not_authenticated"
    status = 401


class NotAllowed(WorkbenchError):
    """A member who lacks the permission."""

    code = "not_allowed"
    status = 403


class NotFound(WorkbenchError):
    """Not there, or not there for this viewer."""

    code = "not_found"
    status = 404


class Conflict(WorkbenchError):
    """The state does not allow it."""

    code = "conflict"
    status = 409


class TooLarge(WorkbenchError):
    code = "too_large"
    status = 413


class WrongContent(WorkbenchError):
    """A file was taken, but what is in it is wrong."""

    code = "wrong_content"
    status = 422


class TooMany(WorkbenchError):
    code = "too_many"
    status = 429

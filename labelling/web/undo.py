"""An undo instead of a question: what was done is done at once, and the next page offers to take it back."""

from django.http import HttpRequest


def offer_undo(request: HttpRequest, *, words: str, url: str, fields: dict[str, str], button: str = "Undo") -> None:
    """Show `words` once on the next page, with a button that posts `fields` to `url`."""
    request.session["undo"] = {"words": words, "url": url, "fields": fields, "button": button}

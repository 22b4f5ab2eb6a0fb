"""What a labeller set for themselves on the labelling screen: quick mode and keys."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_POST

from labelling.accounts.keys import ACTIONS, groups_of, sentence_of
from labelling.accounts.services import set_preferences
from labelling.errors import Invalid, WorkbenchError
from labelling.web.guard import signed_in

LONG = 20_000  # characters of an example's data
BEGINNING = 2_000  # of a text in it


@signed_in
@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """The labeller's own choices on the screen: `{"quick_mode": true}`, `{"keys": {"undo": "z", "skip": null}}`, or both."""
    try:
        asked = json.loads(request.body or b"{}")
        if not isinstance(asked, dict) or not asked or set(asked) - {"quick_mode", "keys"}:
            raise Invalid("The request's body is a JSON object with quick_mode, keys or both.")
        quick = asked.get("quick_mode")
        if "quick_mode" in asked and not isinstance(quick, bool):
            raise Invalid.field("quick_mode", "quick_mode is true or false.")
        if "keys" in asked and asked["keys"] is None:
            raise Invalid.field("keys", "keys is an object: actions and the key of each.")
        set_preferences(actor=request.viewer, quick_mode=quick, keys=asked.get("keys"), now=timezone.now())  # type: ignore[attr-defined]
    except (ValueError, RecursionError):  # no JSON, not UTF-8, or brackets without end
        error = Invalid("The request's body is a JSON object.")
        return JsonResponse(error.as_dict(), status=error.status)
    except WorkbenchError as error:
        return JsonResponse(error.as_dict(), status=error.status)
    return JsonResponse(asked)


def drawn_keys(project: Any, questions: list[dict[str, Any]], **more: bool) -> list[dict[str, Any]]:
    """Every action for the page: those that this project does not have are there too, since their keys are taken."""
    groups = groups_of([question["kind"] for question in questions], [part["as"] for part in project.display], **more)
    return [
        {
            "id": action.id, "keys": " ".join(action.keys), "does": sentence_of(action, groups), "answers": "answers" in action.groups,
            "typing": action.typing, "yields": action.yields, "here": bool(groups.intersection(action.groups)),
        }
        for action in ACTIONS
    ]  # fmt: skip


def begun(record: dict[str, Any]) -> dict[str, Any]:
    """A record of the history; a long example is cut to its beginning and says so: fifty of them would take minutes."""
    assignment = record["assignment"]
    example = {name: part for name, part in assignment["example"].items() if name != "html"}
    if len(json.dumps(example["data"])) <= LONG:
        return record
    example["data"] = {name: value[:BEGINNING] if isinstance(value, str) else None for name, value in example["data"].items()}
    return {**record, "assignment": {**assignment, "example": example}, "cut": True}


urlpatterns = [path("label/preferences/", preferences, name="label_preferences")]

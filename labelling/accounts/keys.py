"""The keys of the labelling screen: what each does, and what a labeller may make of it. The page and the server read this one table."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from labelling.errors import Invalid

MOST = 60  # entries that one person may store
LONGEST = 20  # characters of a key's name
DIGITS = "1234567890"
# A printable ASCII character without capitals, a named key, or Alt with one that no browser keeps for itself (D, E and F
# open its menus), or Ctrl with Enter or Space. Esc and Tab stay what they are: the ways out.
KEY = re.compile(r"[!-@\[-~]|space|enter|backspace|delete|insert|alt\+(?:[abcg-z]|[,.;/\[\]-])|ctrl\+(?:enter|space)")
CHORD = re.compile(r"(?:alt|ctrl)\+.+")


@dataclass(frozen=True, slots=True)
class Action:
    """Something that a key does. `keys`: those that do it by default; `groups`: where it is to be had, see `groups_of`;
    `says`: what it does in some of the groups, where that differs; `typing`: it also acts inside a text field, so it needs Alt or Ctrl.

    What only some projects have yields: somebody who never hears a sound may give J to an answer."""

    id: str
    keys: tuple[str, ...]
    does: str
    groups: tuple[str, ...] = ("page",)
    typing: bool = False
    says: Mapping[str, str] = field(default_factory=dict)

    @property
    def yields(self) -> bool:
        return "page" not in self.groups and "answers" not in self.groups


ACTIONS = (
    Action("submit", ("enter",), "submit and go on"),
    Action("submit.typing", ("ctrl+enter",), "submit from inside a text field", typing=True),
    Action("undo", ("u", "backspace"), "take back the last label; submitting again revises it"),
    Action("history", ("h",), "your last 50, to find and revise"),
    Action("skip", ("s",), "skip; a digit gives the reason"),
    Action("tag.borderline", ("b",), "tag: borderline"),
    Action("tag.unintelligible", ("x",), "tag: unintelligible"),
    Action("tag.not_enough_information", ("n",), "tag: not enough information"),
    Action("comment", ("c",), "comment"),
    Action("guidelines", ("g",), "guidelines beside the example"),
    Action("find", ("/",), "find a class by typing; in the guidelines, find a word"),
    Action("question.next", ("arrowdown",), "next question"),
    Action("question.previous", ("arrowup",), "question before"),
    Action("all", ("a",), "choose all classes", groups=("choices", "boxes"), says={"boxes": "add a box in the middle of what is seen"}),
    Action("previous", ("p",), "the answers of your last label once more"),
    Action("type", ("t",), "into the field to type in", groups=("text", "number", "boxes"), says={"boxes": "more contrast; with Shift less"}),
    Action("text.mark", ("alt+m",), "write down the time of the sound while typing", groups=("audio",), typing=True),
    Action("confidence", ("v",), "how sure you are", groups=("confidence",)),
    Action("suggestion", ("y",), "what a model suggests, and back", groups=("suggestions",)),
    Action("quick", (), "quick mode on or off", groups=("quick",)),
    Action("help", ("?",), "these keys"),
    *(Action(f"answer.{digit}", (digit,), f"answer {digit}", groups=("answers",)) for digit in DIGITS),
    Action("marks.undo", ("z",), "undo what was marked; with Shift do it again", groups=("spans", "boxes")),
    Action("marks.remove", ("delete",), "remove the mark that is chosen", groups=("spans", "boxes")),
    Action("boxes.fit", ("f",), "the whole picture", groups=("boxes",)),
    Action("boxes.actual", ("e",), "the picture at 100 %", groups=("boxes",)),
    Action("boxes.in", ("+", "="), "zoom in", groups=("boxes",)),
    Action("boxes.out", ("-", "_"), "zoom out", groups=("boxes",)),
    Action("boxes.draw", ("d",), "draw boxes, or move the picture; Space held moves it, too", groups=("boxes",)),
    Action("boxes.light", ("i",), "brighter; with Shift darker", groups=("boxes",)),
    Action("boxes.relight", ("r",), "brightness and contrast as they were", groups=("boxes",)),
    Action("audio.play", ("k", "space"), "play or pause the sound", groups=("audio",)),
    Action("audio.back", ("j",), "3 seconds back", groups=("audio",)),
    Action("audio.forward", ("l",), "3 seconds forward", groups=("audio",)),
    Action("audio.slower", (",",), "slower", groups=("audio",)),
    Action("audio.faster", (".",), "faster", groups=("audio",)),
    Action("audio.from", ("[",), "the loop begins here", groups=("audio",)),
    Action("audio.to", ("]",), "the loop ends here", groups=("audio",)),
    Action("audio.loop", ("o",), "play again and again, or once", groups=("audio",)),
    Action("audio.play.typing", ("alt+p", "ctrl+space"), "play or pause while typing", groups=("audio",), typing=True),
    Action("audio.back.typing", ("alt+j",), "3 seconds back while typing", groups=("audio",), typing=True),
    Action("audio.forward.typing", ("alt+l",), "3 seconds forward while typing", groups=("audio",), typing=True),
    Action("audio.slower.typing", ("alt+,",), "slower while typing", groups=("audio",), typing=True),
    Action("audio.faster.typing", ("alt+.",), "faster while typing", groups=("audio",), typing=True),
    Action("audio.loop.typing", ("alt+o",), "play again and again, or once, while typing", groups=("audio",), typing=True),
)
BY_ID = {action.id: action for action in ACTIONS}


def groups_of(kinds: Iterable[str], displays: Iterable[str], **more: bool) -> set[str]:
    """The groups of actions that a project has: by the kinds of its questions, the displays of its fields, and what else
    it says of itself (`quick=True`, `confidence=True`)."""
    return {"page", *kinds, *displays, *(name for name, there in more.items() if there)}


def sentence_of(action: Action, groups: Iterable[str]) -> str:
    """What an action does in a project with these groups."""
    return "; ".join(dict.fromkeys(action.says.get(group, action.does) for group in action.groups if group in groups)) or action.does


def check_keys(given: Any) -> dict[str, str | None]:
    """One's own keys: action → its only key, or None where it is switched off. What is not named keeps its default.

    Raises Invalid with the field `keys` for anything else, also when two actions would share a key.
    """
    if not isinstance(given, dict):
        raise wrong("keys is an object: actions and the key of each.")
    if len(given) > MOST:
        raise wrong(f"keys has {MOST} entries at most.")
    for name, key in given.items():
        action = BY_ID.get(name)
        if action is None:
            raise wrong(f"There is no action {name!r:.60}.")
        if key is not None and not (isinstance(key, str) and len(key) <= LONGEST and KEY.fullmatch(key)):
            raise wrong(f"{key!r:.60} is no key that can be given to “{action.does}”.")
        if key is None:
            continue
        if action.typing and not CHORD.fullmatch(key):
            raise wrong(f"“{action.does}” works while one types, so it needs Alt or Ctrl.")
        if key in DIGITS and "answers" not in action.groups:
            raise wrong("Digits choose answers.")
    taken: dict[str, Action] = {}
    for action in ACTIONS:
        for key in keys_for(action, given):
            if key in taken:
                raise wrong(f"One key cannot do both “{taken[key].does}” and “{action.does}”.")
            taken[key] = action
    return {name: given[name] for name in sorted(given)}


def keys_for(action: Action, own: Mapping[str, str | None]) -> tuple[str, ...]:
    """What does it for somebody with these keys of their own."""
    if action.id in own:
        key = own[action.id]
        return () if key is None else (key,)
    return tuple(key for key in action.keys if key not in own.values()) if action.yields else action.keys


def own_keys(preferences: Mapping[str, Any]) -> dict[str, str | None]:
    """The keys that somebody stored, as far as they still hold: actions come and go."""
    kept = {name: key for name, key in (preferences.get("keys") or {}).items() if name in BY_ID}
    try:
        return check_keys(kept)
    except Invalid:  # an action that is new since then has the key by default
        return {}


def wrong(sentence: str) -> Invalid:
    return Invalid.field("keys", sentence)

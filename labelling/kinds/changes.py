"""What a change of the schema does to answers that were given before it. Pure.

A change is {"question", "op", "from", "to"}. Label rows are never touched: an answer given under an old schema is read
through the changes of every later version, and what comes out is what counts, or None where it no longer does.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from labelling.errors import Invalid
from labelling.kinds import KINDS

OPS = {
    "rename": "one class gets another key",
    "merge": "several classes become one",
    "split": "one class becomes several, and its labels no longer count",
    "add": "a class that was not there",
    "retire": "a class goes, and what said it no longer counts",
}
Change = Mapping[str, Any]


def current_answer(key: str, answer: Any, later: Iterable[Sequence[Change]]) -> Any:
    """The answer as it counts after these versions' changes, oldest version first; None when it no longer counts.

    Of an answer that names several classes only what was said of a retired one goes; where nothing of it is left, or fewer
    than the question asks for, it no longer counts: nobody said that none holds.
    """
    for changes in later:
        if answer is None:
            return None
        table = renamings(key, changes)
        if table is None:
            return None
        if table:
            answer = _through(key, answer, table, changes)
    return answer


def current_value(value: Mapping[str, Any] | None, later: Sequence[Sequence[Change]]) -> dict[str, Any]:
    """A label's whole value, question key → answer, as it counts now; questions whose answer no longer counts are left out."""
    found = {key: current_answer(key, answer, later) for key, answer in (value or {}).items()}
    return {key: answer for key, answer in found.items() if answer is not None}


def renamings(key: str, changes: Iterable[Change]) -> dict[Any, Any] | None:
    """Class → what it became in one version (None: no longer counted); None when the whole question is gone."""
    table: dict[Any, Any] = {}
    for change in changes:
        if change["question"] != key:
            continue
        if change["op"] == "retire" and change.get("whole"):
            return None
        if change["op"] in ("rename", "merge"):
            table.update(dict.fromkeys(change["from"], change["to"][0]))
        elif change["op"] in ("split", "retire"):
            table.update(dict.fromkeys(change["from"]))
    return table


def _through(key: str, answer: Any, table: Mapping[Any, Any], changes: Iterable[Change]) -> Any:
    """An answer of any kind that names classes, in canonical form: one class, a set of them, or parts that carry one each."""
    if not isinstance(answer, list):
        return table.get(answer, answer)
    mine = [change for change in changes if change["question"] == key]
    split = {name for change in mine if change["op"] == "split" for name in change["from"]}
    kept = []
    for part in answer:
        name = _class_of(part)
        if name in split:
            return None
        becomes = table.get(name, name)
        if becomes is not None:
            kept.append({**part, "class": becomes} if isinstance(part, Mapping) else becomes)
    found = list({_place(part): part for part in kept}.values())
    least = max((change.get("least", 0) for change in mine), default=0)
    if len(found) < least or (answer and not found):
        return None
    return sorted(found, key=_place)


def _class_of(part: Any) -> Any:
    return part.get("class") if isinstance(part, Mapping) else part


def _place(part: Any) -> tuple[Any, ...]:
    """What the canonical form sorts by; the same for parts that are the same."""
    if not isinstance(part, Mapping):
        return (part,)
    return (*(part[name] for name in ("start", "end", "x", "y", "w", "h") if name in part), part["class"])


def class_keys(question: Mapping[str, Any]) -> list[Any]:
    """What may be chosen: classes, or the steps of a scale; empty for kinds without a list."""
    if "classes" in question:
        return [item["key"] for item in question["classes"]]
    return [answer for answer, _ in KINDS[question["kind"]].names(question)]


def check_changes(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]], changes: Any) -> list[dict[str, Any]]:
    """The changes, cleaned, if they lead from the old questions to the new ones without leaving an answer in the dark.

    Raises Invalid naming the change, or naming the class or question that is gone without a word about it.
    """
    if not isinstance(changes, list) or len(changes) > 1000:
        raise Invalid.field("changes", 'Changes are a list of {"question", "op", "from", "to"}.')
    before, after = {item["key"]: item for item in old}, {item["key"]: item for item in new}
    for key in before.keys() & after.keys():
        was, now = before[key], after[key]
        if was["kind"] != now["kind"]:
            message = f"The question {key} keeps its kind ({was['kind']}). Give the new question another key, and retire this one."
            raise Invalid.field("questions", message)
        if KINDS[was["kind"]].of_needed and was["of"] != now["of"]:
            message = f"The question {key} stays about the field {was['of']:.60}: its labels say places in it. Give the new question another key, and retire this one."
            raise Invalid.field("questions", message)
    cleaned: list[dict[str, Any]] = []
    told: dict[str, set[Any]] = {}
    for number, change in enumerate(changes):
        checked = _check_change(change, f"changes[{number}]", before, after)
        spoken = told.setdefault(checked["question"], set())
        twice = spoken & set(checked["from"])
        if twice:
            raise Invalid.field(f"changes[{number}].from", f"What becomes of {_name(twice)} is said twice.")
        spoken |= set(checked["from"])
        cleaned.append(checked)
    _nothing_in_the_dark(before, after, cleaned)
    return cleaned


def _check_change(change: Any, at: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(change, Mapping):
        raise Invalid.field(at, 'A change is an object: {"question", "op", "from", "to"}.')
    unknown = set(map(str, change)) - {"question", "op", "from", "to", "whole", "least"}
    if unknown:
        raise Invalid.field(f"{at}.{min(unknown):.60}", f"A change has no field {min(unknown):.60}.")
    key, op = change.get("question"), change.get("op")
    if not isinstance(key, str) or key not in before and key not in after:
        known = ", ".join([*before, *(name for name in after if name not in before)])
        raise Invalid.field(f"{at}.question", f"There is no question {key!s:.60}. The questions: {known}.")
    if not isinstance(op, str) or op not in OPS:
        raise Invalid.field(f"{at}.op", f"A change is one of: {', '.join(OPS)}.")
    old = class_keys(before[key]) if key in before else []
    new = class_keys(after[key]) if key in after else []
    sides: dict[str, list[Any]] = {}
    for side, there in (("from", old), ("to", new)):
        given = change.get(side, [])
        if not isinstance(given, list) or not all(isinstance(item, str | int | float) and not isinstance(item, bool) for item in given):
            raise Invalid.field(f"{at}.{side}", f'"{side}" is a list of classes.')
        if len(set(given)) < len(given):
            raise Invalid.field(f"{at}.{side}", f"A class stands twice in \"{side}\".")
        strange = [item for item in given if item not in there]
        if strange and not (op == "retire" and side == "from" and key not in after):
            when = "before the change" if side == "from" else "after the change"
            raise Invalid.field(f"{at}.{side}", f"{_name(strange)} is no class of {key} {when}. Its classes then: {_list(there)}.")
        sides[side] = list(given)
    if key in before and key not in after:
        if op != "retire":
            raise Invalid.field(f"{at}.op", f"The question {key} is no longer there: it can only be retired.")
        return {"question": key, "op": op, "from": old, "to": [], "whole": True}
    _check_sides(op, sides["from"], sides["to"], old, new, at)
    # How many classes an answer names at least is kept with the change, so that answers are read through it without the question.
    least = after[key].get("min", 0) if op in ("merge", "retire") else 0
    return {"question": key, "op": op, **sides} | ({"least": least} if least > 1 else {})


def _check_sides(op: str, left: list[Any], right: list[Any], old: list[Any], new: list[Any], at: str) -> None:
    """The numbers on both sides, and what must or must not be there before and after."""
    if op == "rename":
        _want(len(left) == 1 and len(right) == 1, f"{at}.to", "A rename leads from one class to one.")
        _want(left[0] not in new, f"{at}.from", f"{_name(left)} is still a class after the change, so it is not renamed.")
        _want(right[0] not in old, f"{at}.to", f"{_name(right)} was a class before. To put both together, merge them.")
    elif op == "merge":
        _want(len(left) >= 2, f"{at}.from", "A merge takes two classes or more.")
        _want(len(right) == 1, f"{at}.to", "A merge leads to one class.")
        stays = [item for item in left if item in new and item != right[0]]
        _want(not stays, f"{at}.from", f"{_name(stays)} is still a class after the change, so it is not merged.")
        _want(right[0] in left or right[0] not in old, f"{at}.to", f'{_name(right)} was a class before: name it in "from" too.')
    elif op == "split":
        _want(len(left) == 1, f"{at}.from", "A split takes one class.")
        _want(len(right) >= 2, f"{at}.to", "A split leads to two classes or more.")
        there = [item for item in right if item in old and item != left[0]]
        _want(not there, f"{at}.to", f"{_name(there)} was a class before, so it does not come out of the split.")
        _want(left[0] in right or left[0] not in new, f"{at}.to", f'{_name(left)} is still a class after the change: name it in "to" too.')
    elif op == "add":
        _want(not left, f"{at}.from", 'A new class comes from nowhere: leave "from" empty.')
        there = [item for item in right if item in old]
        _want(not there, f"{at}.to", f"{_name(there)} was a class before.")
    else:
        _want(bool(left), f"{at}.from", "Name the classes that are retired.")
        _want(not right, f"{at}.to", 'What is retired leads nowhere: leave "to" empty. To put classes together, merge them.')
        stays = [item for item in left if item in new]
        _want(not stays, f"{at}.from", f"{_name(stays)} is still a class after the change.")


def _nothing_in_the_dark(before: Mapping[str, Any], after: Mapping[str, Any], changes: Sequence[Change]) -> None:
    for key, question in before.items():
        mine = [change for change in changes if change["question"] == key]
        if key not in after:
            _want(bool(mine), "changes", f"The question {key} is gone. Say so: retire it, and its labels no longer count.")
            continue
        old, new = class_keys(question), class_keys(after[key])
        left = {item for change in mine for item in change["from"]}
        right = {item for change in mine for item in change["to"]}
        gone = [item for item in old if item not in new and item not in left]
        _want(not gone, "changes", f"{_name(gone)} of {key} is gone. Say what becomes of its labels: rename, merge, split or retire.")
        come = [item for item in new if item not in old and item not in right]
        if "classes" in question:
            _want(not come, "changes", f"{_name(come)} of {key} is new. Say where it comes from: add, rename, merge or split.")


def _want(true: bool, at: str, message: str) -> None:
    if not true:
        raise Invalid.field(at, message)


def _name(items: Iterable[Any]) -> str:
    return _list(sorted(map(str, items))[:1])


def _list(items: Iterable[Any]) -> str:
    return ", ".join(f"{item!s:.60}" for item in list(items)[:12])

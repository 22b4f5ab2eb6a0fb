"""What a change of the schema may be, and what it does to answers."""

from typing import Any

import pytest

from labelling.errors import Invalid
from labelling.kinds import KINDS
from labelling.kinds.changes import check_changes, current_answer, current_value


def choice(*keys: str, key: str = "q", **more: Any) -> dict[str, Any]:
    return {"key": key, "kind": "choice", "prompt": key, "required": True, "classes": [{"key": name} for name in keys], **more}


def rating(low: int, high: int) -> dict[str, Any]:
    return {"key": "q", "kind": "rating", "prompt": "q", "required": True, "low": low, "high": high, "step": 1}


def change(op: str, left: list[Any], right: list[Any], question: str = "q") -> dict[str, Any]:
    return {"question": question, "op": op, "from": left, "to": right}


GOOD = [
    (choice("a", "b"), choice("c", "b"), [change("rename", ["a"], ["c"])], {"a": "c", "b": "b"}),
    (choice("a", "b", "c"), choice("a", "c"), [change("merge", ["a", "b"], ["a"])], {"a": "a", "b": "a", "c": "c"}),
    (choice("a", "b", "c"), choice("d", "c"), [change("merge", ["a", "b"], ["d"])], {"a": "d", "b": "d", "c": "c"}),
    (choice("a", "b"), choice("a1", "a2", "b"), [change("split", ["a"], ["a1", "a2"])], {"a": None, "b": "b"}),
    (choice("a", "b"), choice("a", "a2", "b"), [change("split", ["a"], ["a", "a2"])], {"a": None, "b": "b"}),
    (choice("a", "b"), choice("a", "b", "c"), [change("add", [], ["c"])], {"a": "a", "b": "b"}),
    (choice("a", "b", "c"), choice("a", "b"), [change("retire", ["c"], [])], {"a": "a", "c": None}),
    (rating(1, 3), rating(1, 2), [change("merge", [2, 3], [2])], {1: 1, 3: 2}),
    (rating(1, 3), rating(1, 5), [], {1: 1, 3: 3}),
    (choice("a", "b"), choice("b", "a"), [], {"a": "a"}),
]


@pytest.mark.parametrize(("old", "new", "changes", "becomes"), GOOD)
def test_answers_count_as_what_their_class_became(old, new, changes, becomes):
    cleaned = check_changes([old], [new], changes)
    assert {answer: current_answer("q", answer, [cleaned]) for answer in becomes} == becomes
    assert current_answer("other", "a", [cleaned]) == "a"


def test_changes_follow_each_other():
    first = check_changes([choice("a", "b")], [choice("c", "b")], [change("rename", ["a"], ["c"])])
    second = check_changes([choice("c", "b")], [choice("b", "d")], [change("rename", ["c"], ["d"])])
    third = check_changes([choice("b", "d")], [choice("b", "e")], [change("retire", ["d"], []), change("add", [], ["e"])])
    assert current_answer("q", "a", [first, second]) == "d"
    assert current_answer("q", "a", [first, second, third]) is None
    assert current_value({"q": "a", "r": 1}, [first, second, third]) == {"r": 1}


def test_sets_and_parts_with_classes_are_read_through_changes_too():
    merged = [change("merge", ["a", "b"], ["a"])]
    assert current_answer("q", ["a", "b", "c"], [merged]) == ["a", "c"]
    assert current_answer("q", [{"start": 0, "end": 2, "class": "b"}], [merged]) == [{"start": 0, "end": 2, "class": "a"}]
    assert current_answer("q", [{"start": 0, "end": 2, "class": "b"}], [[change("retire", ["b"], [])]]) is None
    assert current_answer("q", [], [merged]) == []


def test_a_question_that_is_gone_is_retired_as_a_whole():
    cleaned = check_changes([choice("a", "b"), choice("x", "y", key="r")], [choice("a", "b")], [change("retire", [], [], "r")])
    assert current_value({"q": "a", "r": "x"}, [cleaned]) == {"q": "a"}


BAD = [
    (choice("a", "b"), choice("c", "b"), [], "changes", "a of q is gone"),
    (choice("a", "b"), choice("a", "b", "c"), [], "changes", "c of q is new"),
    (choice("a", "b"), rating(1, 3), [], "questions", "keeps its kind"),
    (rating(1, 3), rating(1, 2), [], "changes", "3 of q is gone"),
    (choice("a", "b"), choice("c", "b"), {"op": "rename"}, "changes", "a list of"),
    (choice("a", "b"), choice("a", "b"), ["rename"], "changes[0]", "is an object"),
    (choice("a", "b"), choice("a", "b"), [change("rename", ["a"], ["b"], "nowhere")], "changes[0].question", "no question nowhere"),
    (choice("a", "b"), choice("a", "b"), [{"question": [], "op": "add"}], "changes[0].question", "no question"),
    (choice("a", "b"), choice("c", "b"), [change("swap", ["a"], ["c"])], "changes[0].op", "one of"),
    (choice("a", "b"), choice("c", "b"), [change([], ["a"], ["c"])], "changes[0].op", "one of"),
    (choice("a", "b"), choice("c", "b"), [{**change("rename", ["a"], ["c"]), "why": 1}], "changes[0].why", "no field"),
    (choice("a", "b"), choice("c", "b"), [change("rename", "a", ["c"])], "changes[0].from", "list of classes"),
    (choice("a", "b"), choice("c", "b"), [change("rename", [["a"]], ["c"])], "changes[0].from", "list of classes"),
    (choice("a", "b"), choice("c", "b"), [change("rename", ["a", "a"], ["c"])], "changes[0].from", "twice"),
    (choice("a", "b"), choice("c", "b"), [change("rename", ["x"], ["c"])], "changes[0].from", "no class of q before"),
    (choice("a", "b"), choice("c", "b"), [change("rename", ["a"], ["x"])], "changes[0].to", "no class of q after"),
    (choice("a", "b"), choice("b", "c"), [change("rename", ["a"], ["b"])], "changes[0].to", "merge them"),
    (choice("a", "b"), choice("a", "c"), [change("rename", ["a"], ["c"])], "changes[0].from", "still a class"),
    (choice("a", "b"), choice("c", "b"), [change("rename", ["a"], ["c"])] * 2, "changes[1].from", "said twice"),
    (choice("a", "b", "c"), choice("a", "c"), [change("merge", ["b"], ["a"])], "changes[0].from", "two classes or more"),
    (choice("a", "b", "c"), choice("a", "c"), [change("merge", ["a", "b"], [])], "changes[0].to", "one class"),
    (choice("a", "b", "c"), choice("a", "b", "c"), [change("merge", ["a", "b"], ["a"])], "changes[0].from", "still a class"),
    (choice("a", "b", "c", "d"), choice("c", "d"), [change("merge", ["a", "b"], ["c"])], "changes[0].to", 'in "from" too'),
    (choice("a", "b"), choice("c", "b"), [change("split", ["a"], ["c"])], "changes[0].to", "two classes or more"),
    (choice("a", "b"), choice("c", "b"), [change("split", ["a"], ["b", "c"])], "changes[0].to", "was a class before"),
    (choice("a", "b"), choice("a", "b"), [change("add", [], ["b"])], "changes[0].to", "was a class before"),
    (choice("a", "b"), choice("a", "b", "c"), [change("add", ["a"], ["c"])], "changes[0].from", "nowhere"),
    (choice("a", "b"), choice("a", "b"), [change("retire", ["b"], [])], "changes[0].from", "still a class"),
    (choice("a", "b", "c"), choice("a", "b"), [change("retire", ["c"], ["a"])], "changes[0].to", "leads nowhere"),
    (choice("a", "b", "c"), choice("a", "b"), [change("retire", [], [])], "changes[0].from", "Name the classes"),
]


@pytest.mark.parametrize(("old", "new", "changes", "field", "words"), BAD)
def test_a_change_that_leaves_answers_in_the_dark_is_refused(old, new, changes, field, words):
    with pytest.raises(Invalid, match=words) as refused:
        check_changes([old], [new], changes)
    assert list(refused.value.fields) == [field]


def test_a_question_that_goes_without_a_word_is_refused():
    with pytest.raises(Invalid, match="The question r is gone"):
        check_changes([choice("a", "b"), choice("x", "y", key="r")], [choice("a", "b")], [])
    with pytest.raises(Invalid, match="can only be retired"):
        check_changes([choice("a", "b"), choice("x", "y", key="r")], [choice("a", "b")], [change("add", [], [], "r")])


# Answers that name several classes


def choices(*keys: str, **more: Any) -> dict[str, Any]:
    return {"key": "q", "kind": "choices", "prompt": "q", "required": True, "classes": [{"key": name} for name in keys], **more}


def spans(*keys: str, **more: Any) -> dict[str, Any]:
    return {**choices(*keys), "kind": "spans", "of": "text", "overlap": True, **more}


def boxes(*keys: str) -> dict[str, Any]:
    return {**choices(*keys), "kind": "boxes", "of": "image"}


def span(start: int, end: int, name: str) -> dict[str, Any]:
    return {"start": start, "end": end, "class": name}


def box(x: float, name: str) -> dict[str, Any]:
    return {"x": x, "y": 0, "w": 5, "h": 5, "class": name}


SEVERAL = [
    # A new name may sort elsewhere.
    (choices("a", "b", "c"), choices("z", "b", "c"), [change("rename", ["a"], ["z"])], [(["a", "b"], ["b", "z"]), ([], [])]),
    (choices("a", "b", "c"), choices("a", "c"), [change("merge", ["a", "b"], ["a"])], [(["a", "b", "c"], ["a", "c"]), (["b"], ["a"])]),
    (choices("a", "b", "c"), choices("a", "c"), [change("retire", ["b"], [])], [(["a", "b"], ["a"]), (["b"], None), ([], [])]),
    # Two classes are asked for at least, and one is left.
    (choices("a", "b", "c", min=2), choices("a", "c", min=2), [change("retire", ["b"], [])], [(["a", "b"], None), (["a", "b", "c"], ["a", "c"])]),
    (choices("a", "b", "c", min=2), choices("a", "c", min=2), [change("merge", ["a", "b"], ["a"])], [(["a", "b"], None), (["b", "c"], ["a", "c"])]),
    (choices("a", "b", "c"), choices("a", "b1", "b2", "c"), [change("split", ["b"], ["b1", "b2"])], [(["a", "b"], None), (["a", "c"], ["a", "c"])]),
    (
        spans("PER", "ORG", "X"), spans("X", "ZED"), [change("merge", ["PER", "ORG"], ["ZED"])],
        # The same place said twice is said once; a place within another stays one.
        [([span(0, 4, "ORG"), span(0, 4, "PER"), span(0, 4, "X"), span(1, 2, "PER")], [span(0, 4, "X"), span(0, 4, "ZED"), span(1, 2, "ZED")])],
    ),
    (
        spans("PER", "ORG"), spans("ORG"), [change("retire", ["PER"], [])],
        [([span(0, 4, "ORG"), span(1, 2, "PER")], [span(0, 4, "ORG")]), ([span(1, 2, "PER")], None), ([], [])],
    ),
    (
        boxes("car", "van"), boxes("car"), [change("merge", ["car", "van"], ["car"])],
        [([box(0.5, "car"), box(0.5, "van"), box(9, "van")], [box(0.5, "car"), box(9, "car")])],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "changes", "answers"), SEVERAL)
def test_what_is_left_of_an_answer_is_in_its_canonical_form(old, new, changes, answers):
    cleaned = check_changes([old], [new], changes)
    for answer, becomes in answers:
        found = current_answer("q", answer, [cleaned])
        assert found == becomes
        if found is not None:
            kind = KINDS[new["kind"]]
            assert kind.text(kind.canonical(new, found, "q")) == kind.text(found)


def test_spans_and_boxes_stay_about_their_field():
    with pytest.raises(Invalid, match="stays about the field text"):
        check_changes([spans("A")], [spans("A", of="title")], [])

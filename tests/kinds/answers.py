"""Questions of every kind, and answers to them as people and machines send them: in any order, twice, in any script."""

from typing import Any

from hypothesis import strategies as st

from labelling.kinds import KINDS

QUESTIONS: dict[str, dict[str, Any]] = {
    "choice": {"classes": ["a", "b", {"key": "ü 🙂", "name": "Smile"}]},
    "choices": {"classes": ["a", "b", "[c]", "ü 🙂", "ع"]},
    "rating": {"low": -1, "high": 1, "step": 0.5, "names": {"-1": "bad"}},
    "number": {"unit": "kg"},
    "text": {"max_length": 200},
    "spans": {"classes": ["PER", "ORG", "ع"], "of": "text", "overlap": True},
    "boxes": {"classes": ["car", "人"], "of": "image"},
}
# Latin with combining marks, an emoji of several code points, right to left, Chinese, line ends, white space of many kinds.
LETTERS = ["a", "B", "e\u0301", "\u0308", "👩‍🚀", "🙂", "שלום", "عربي", "汉", "字", " ", "\u00a0", "\u2003", "\r\n", "\r", "\t", "\u200f", "ﬁ", "Å", "|", "[", '"', ","]
SIDE = st.integers(0, 20_000).map(lambda number: number / 8) | st.floats(0, 1_000_000) | st.just(-0.0)


def question_of(name: str) -> dict[str, Any]:
    return KINDS[name].check_question(QUESTIONS[name], "questions[0]")


def _span(parts: tuple[int, int, str]) -> dict[str, Any]:
    return {"start": parts[0], "end": parts[0] + parts[1], "class": parts[2]}


def _again(answers: st.SearchStrategy[list[Any]]) -> st.SearchStrategy[list[Any]]:
    """The same parts, some of them twice, in any order."""
    return answers.flatmap(lambda answer: st.permutations([*answer, *answer[:2]]))


def _classes(name: str) -> st.SearchStrategy[str]:
    return st.sampled_from([item["key"] for item in question_of(name)["classes"]])


GIVEN: dict[str, st.SearchStrategy[Any]] = {
    "choice": _classes("choice"),
    "choices": _again(st.lists(_classes("choices"), max_size=4)),
    "rating": st.sampled_from([-1, -1.0, -0.5, -0.0, 0, 0.5, 1.0]),
    "number": st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(-(2**53), 2**53, exclude_min=True, exclude_max=True)
    | st.sampled_from([-0.0, 3.0, 5e-324, 0.1 + 0.2, 2.0**52, 1e15]),
    "text": (st.lists(st.sampled_from(LETTERS), max_size=12).map("".join) | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)).map(
        lambda text: f"{text}x"
    ),
    "spans": _again(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 40), _classes("spans")).map(_span), max_size=8)),
    "boxes": _again(
        st.lists(
            st.fixed_dictionaries({"x": SIDE, "y": SIDE, "w": SIDE.map(lambda side: side / 2 + 0.01), "h": SIDE.map(lambda side: side / 2 + 0.01), "class": _classes("boxes")}),
            max_size=5,
        )
    ),
}


def canonical_answers(name: str) -> st.SearchStrategy[Any]:
    question = question_of(name)
    return GIVEN[name].map(lambda answer: KINDS[name].canonical(question, answer, "value"))

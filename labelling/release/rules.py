"""What a policy may say. Pure: plain values in, the whole policy with its defaults or Invalid out."""

import re
from collections.abc import Callable, Collection, Mapping
from enum import StrEnum
from fractions import Fraction
from typing import Any

from labelling.errors import Invalid
from labelling.intake.rules import ExampleState
from labelling.projects.rules import clean_text

SPLIT_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
TAKEN_NAMES = frozenset({"labels", "manifest", "provenance"})  # files of a version
USUAL_SPLITS = ("train", "validation", "test")
MAX_SPLITS = 20
MAX_SEED = 2**53
MAX_NOTE = 10_000
NEARLY = Fraction(1, 1_000_000)  # three times a third, written as decimals, still adds up to 1


class Method(StrEnum):
    """How several labels become one answer. A question whose kind does not know the method is settled by its kind's usual one."""

    MAJORITY = "majority"
    MEDIAN = "median"  # of ratings and numbers
    WEIGHTED = "weighted"  # of classes, ratings and sets: by how often each labeller is right elsewhere
    DAWID_SKENE = "dawid_skene"  # of classes and ratings
    HALF = "half"  # of spans and boxes: what at least half marked, where an even number of labels ties otherwise
    MEAN = "mean"  # of numbers
    MEDOID = "medoid"  # of sets and texts: the one given that is nearest to all others
    ADJUDICATED = "adjudicated"  # only what people settled


class Ties(StrEnum):
    """What becomes of an example whose labels are tied. Chance never decides."""

    LEAVE_OUT = "leave_out"
    KEEP = "keep"  # without an answer, decided by "tie"
    REFUSE = "refuse"  # no version until each is settled


class Format(StrEnum):
    PARQUET = "parquet"
    JSONL = "jsonl"
    CSV = "csv"


class LeftOut(StrEnum):
    """Why an example is not in a version: the first of these that holds, in this order."""

    STATE = "state"
    SOURCE = "source"
    META = "meta"
    EXCLUDED_TAG = "excluded_tag"
    NO_ANSWER = "no_answer"
    TOO_FEW_LABELS = "too_few_labels"
    TIE = "tie"
    LOW_CONFIDENCE = "low_confidence"


class DecidedBy(StrEnum):
    UNANIMOUS = "unanimous"
    MAJORITY = "majority"
    MODEL = "model"
    ADJUDICATION = "adjudication"
    TIE = "tie"


def check_policy(
    policy: Any, *, default_seed: int, tags: Collection[str], default_method: Method = Method.MAJORITY
) -> dict[str, Any]:
    """The policy of API.md with every field in it. `tags` are the project's. Raises Invalid with all that is wrong."""
    if not isinstance(policy, Mapping):
        raise Invalid("A policy is an object; see the API's documentation for its fields.")
    checks: dict[str, tuple[Any, Callable[[Any], Any]]] = {
        "note": ("", lambda note: _text(note, "note")),
        "consensus": ({}, lambda value: _consensus(value, default_method)),
        "include": ({}, _include),
        "exclude_tags": (["unintelligible"], lambda wanted: _tags(wanted, tags)),
        "splits": ({"train": 0.8, "validation": 0.1, "test": 0.1}, _splits),
        "stratify": (True, lambda value: _bool(value, "stratify")),
        "group_by": (None, _group_by),
        "keep_splits_of": (None, _keep),
        "seed": (default_seed, lambda seed: _whole(seed, "seed", 0, MAX_SEED)),
        "growth_reason": (None, lambda text: None if text is None else _text(text, "growth_reason")),
        "formats": ([Format.PARQUET, Format.JSONL, Format.CSV], _formats),
    }
    problems = {str(name): [f"A policy has no field {name!s:.60}. Its fields: {', '.join(checks)}."] for name in policy if name not in checks}
    cleaned = {}
    for name, (default, check) in checks.items():
        try:
            cleaned[name] = check(policy[name] if policy.get(name) is not None else default)
        except Invalid as error:
            problems |= error.fields
    if problems:
        raise Invalid(next(iter(problems.values()))[0], fields=problems)
    return cleaned


def split_names(splits: Collection[str]) -> list[str]:
    """The names in the one order that everything goes by: a database may forget in which order they were given."""
    return [name for name in USUAL_SPLITS if name in splits] + sorted(set(splits) - set(USUAL_SPLITS))


def weights_of(splits: Mapping[str, float]) -> dict[str, int]:
    """The shares as whole numbers with one common sum, so that no rounding of a machine decides; in split_names' order."""
    shares = {name: Fraction(repr(splits[name])) for name in split_names(splits)}
    common = 1
    for share in shares.values():
        common = common * share.denominator // _gcd(common, share.denominator)
    return {name: int(share * common) for name, share in shares.items()}


def _gcd(a: int, b: int) -> int:
    while b:
        a, b = b, a % b
    return a


def usual_method(kinds: Collection[str]) -> Method:
    """What several labels become one answer by when nobody says: the middle one of ratings, the majority of classes."""
    return Method.MEDIAN if "rating" in kinds else Method.MAJORITY


def _consensus(value: Any, default_method: Method) -> dict[str, Any]:
    fields = _object(value, "consensus", {"method", "min_labels", "min_confidence", "ties"})
    return {
        "method": _one_of(fields.get("method", default_method), Method, "consensus.method"),
        "min_labels": _whole(fields.get("min_labels", 1), "consensus.min_labels", 1, 1000),
        "min_confidence": _share(fields.get("min_confidence", 0), "consensus.min_confidence"),
        "ties": _one_of(fields.get("ties", Ties.LEAVE_OUT), Ties, "consensus.ties"),
    }


def _include(value: Any) -> dict[str, Any]:
    fields = _object(value, "include", {"states", "sources", "meta"})
    states = fields.get("states", [ExampleState.COMPLETE, ExampleState.RESOLVED])
    if not isinstance(states, list) or not states or any(state not in list(ExampleState) for state in states):
        raise Invalid.field("include.states", f"Name at least one state of examples: {', '.join(ExampleState)}.")
    sources = fields.get("sources")
    if sources is not None and (not isinstance(sources, list) or any(not isinstance(key, str) for key in sources)):
        raise Invalid.field("include.sources", "Sources are a list of keys, or null for all.")
    meta = fields.get("meta") or {}
    if not isinstance(meta, Mapping) or any(not isinstance(name, str) or isinstance(wanted, Mapping) for name, wanted in meta.items()):
        raise Invalid.field("include.meta", 'meta is an object, field → value or list of values, like {"lab": ["A", "B"]}.')
    return {
        "states": [str(state) for state in ExampleState if state in states],
        "sources": None if sources is None else sorted(set(sources)),
        "meta": {name: wanted if isinstance(wanted, list) else [wanted] for name, wanted in sorted(meta.items())},
    }


def _tags(value: Any, known: Collection[str]) -> list[str]:
    if not isinstance(value, list) or any(tag not in known for tag in value):
        raise Invalid.field("exclude_tags", f"Tags to leave out are a list of: {', '.join(known)}.")
    return sorted(set(value))


def _splits(value: Any) -> dict[str, float]:
    if not isinstance(value, Mapping) or not value or len(value) > MAX_SPLITS:
        raise Invalid.field("splits", 'Splits are an object, name → share, like {"train": 0.8, "validation": 0.1, "test": 0.1}.')
    cleaned = {}
    for name, share in value.items():
        if not isinstance(name, str) or not SPLIT_NAME.fullmatch(name) or name in TAKEN_NAMES:
            raise Invalid.field("splits", f"{name!s:.60} cannot name a split: use small letters, digits, _ and -, and not {', '.join(sorted(TAKEN_NAMES))}.")
        cleaned[name] = _share(share, "splits")
    total = sum(Fraction(repr(share)) for share in cleaned.values())
    if abs(total - 1) > NEARLY:
        raise Invalid.field("splits", f"The shares add up to {float(total):g}. They must add up to 1.")
    return cleaned


def _group_by(value: Any) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not (value in ("source", "batch") or value.startswith("meta.") and len(value) > 5):
        raise Invalid.field("group_by", "Examples can be kept together by source, batch, or a meta field like meta.patient.")
    return clean_text(value, "group_by")


def _keep(value: Any) -> int | None:
    return None if value is None else _whole(value, "keep_splits_of", 1, 2**31 - 1)


def _formats(value: Any) -> list[str]:
    if not isinstance(value, list) or not value or any(name not in list(Format) for name in value):
        raise Invalid.field("formats", f"Formats are a list of: {', '.join(Format)}.")
    return [str(name) for name in Format if name in value]


def _object(value: Any, at: str, known: set[str]) -> dict[str, Any]:
    if not isinstance(value, Mapping) or set(value) - known:
        raise Invalid.field(at, f"{at} is an object with the fields {', '.join(sorted(known))}.")
    return {name: item for name, item in value.items() if item is not None}


def _one_of(value: Any, known: type[StrEnum], at: str) -> str:
    if not isinstance(value, str) or value not in list(known):
        raise Invalid.field(at, f"{at} is one of: {', '.join(known)}.")
    return str(known(value))


def _whole(value: Any, at: str, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise Invalid.field(at, f"{at} is a whole number from {low:,} to {high:,}.")
    return value


def _share(value: Any, at: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise Invalid.field(at, f"{at}: a share is a number from 0 to 1.")
    return round(float(value), 9)


def _bool(value: Any, at: str) -> bool:
    if not isinstance(value, bool):
        raise Invalid.field(at, f"{at} is true or false.")
    return value


def _text(value: Any, at: str) -> str:
    if not isinstance(value, str) or len(value) > MAX_NOTE:
        raise Invalid.field(at, f"{at} is a text of up to {MAX_NOTE:,} characters.")
    return clean_text(value, at)

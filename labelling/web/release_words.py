"""What the pages of versions say in words."""

from collections.abc import Mapping, Sequence
from typing import Any

from labelling.kinds import KINDS
from labelling.kinds.base import NOTHING
from labelling.release.rules import DecidedBy, LeftOut, Method, Ties, split_names

REASONS = {
    LeftOut.STATE: "in another state",
    LeftOut.SOURCE: "from another source",
    LeftOut.META: "with other meta fields",
    LeftOut.EXCLUDED_TAG: "with a tag that is left out",
    LeftOut.NO_ANSWER: "without an answer",
    LeftOut.TOO_FEW_LABELS: "with too few labels",
    LeftOut.TIE: "tied",
    LeftOut.LOW_CONFIDENCE: "not sure enough",
}
DECIDED = {
    DecidedBy.UNANIMOUS: "Unanimous",
    DecidedBy.MAJORITY: "Decided by a vote",
    DecidedBy.MODEL: "Decided by a model of labellers",
    DecidedBy.ADJUDICATION: "Settled in a discussion",
    DecidedBy.TIE: "Tied, without an answer",
}
METHODS = {
    Method.MAJORITY: "The answer that most labels gave",
    Method.MEDIAN: "Ratings and numbers: the middle one; others: the kind's usual way",
    Method.WEIGHTED: "Labels weigh as much as their labeller is right on other examples, for classes, ratings and sets",
    Method.DAWID_SKENE: "A model of how reliable each labeller is (Dawid-Skene), for classes and ratings",
    Method.HALF: "Spans and boxes: what at least half marked; others: the kind's usual way",
    Method.MEAN: "Numbers: the mean; others: the kind's usual way",
    Method.MEDOID: "Sets: the one nearest to all others; others: the kind's usual way",
    Method.ADJUDICATED: "Only what people settled",
}
TIES = {
    Ties.LEAVE_OUT: "Leave them out, to be discussed",
    Ties.KEEP: "Keep them, without an answer",
    Ties.REFUSE: "Release nothing until each is settled",
}
FILE_WORDS = {
    "labels.parquet": "every label behind it, under pseudonyms",
    "provenance.json": "its history as W3C PROV",
    "manifest.json": "all that this page says",
    "SHA256SUMS": "for sha256sum -c",
}


def in_words(step: Mapping[str, Any]) -> dict[str, Any]:
    """A step of the lineage for the page of a version."""
    words = {"word": step["step"]}
    if step["step"] == "consensus":
        words |= {"method_words": METHODS[step["method"]].replace("The answer", "the answer").replace("Labels weigh", "labels weigh"), "ties_words": TIES[step["ties"]].lower()}
    return {**step, **words}


def shares(decided_by: Mapping[str, float]) -> list[tuple[str, float]]:
    return [(words, decided_by[name]) for name, words in DECIDED.items()]


def class_tables(policy: Mapping[str, Any], questions: Sequence[Mapping[str, Any]], by_class: Mapping[str, Mapping[str, Mapping[str, int]]]) -> list[dict[str, Any]]:
    """One table a question: rows (name of the answer, number of the class or None, counts by split, total)."""
    names = split_names(policy["splits"])
    tables = []
    for question in questions:
        found = by_class.get(question["key"])
        if found is None:
            continue
        kind = KINDS[question["kind"]]
        listed = {key: (number, name) for number, (key, name) in enumerate(kind.listed(question), start=1)}
        # A database may forget the order of an object's keys: the question's own order comes first.
        answers = [answer for answer in listed if answer in found] + sorted(set(found) - set(listed))
        rows = []
        for answer in answers:
            nothing = kind.show(question, []) if answer == NOTHING else "no answer"
            number, name = listed.get(answer, (None, nothing if answer in ("", NOTHING) else answer))
            counts = [found[answer].get(split, 0) for split in names]
            if sum(counts) or number:
                rows.append({"name": name, "number": number if "classes" in question else None, "counts": list(zip(names, counts, strict=True)), "total": sum(counts)})
        tables.append({"question": question, "splits": names, "rows": rows})
    return tables


def snippet(address: str, slug: str, version: Any) -> str:
    """Python that loads the training split; the token comes from the environment, never from a page."""
    form = version.policy["formats"][0]
    split = split_names(version.policy["splits"])[0]
    read = {"parquet": "pandas.read_parquet(url, storage_options=headers)", "jsonl": "pandas.read_json(url, lines=True, storage_options=headers)",
            "csv": "pandas.read_csv(url, storage_options=headers)"}[form]  # fmt: skip
    return (
        "import os\n\nimport pandas\n\n"
        f'url = "{address}/api/v1/projects/{slug}/versions/{version.number}/files/{split}.{form}"\n'
        'headers = {"Authorization": f"Bearer {os.environ[\'WORKBENCH_TOKEN\']}"}\n'
        f"{split.replace('-', '_')} = {read}"
    )

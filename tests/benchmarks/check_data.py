"""Import real several-labeller data sets over the API and compare what is measured with what is expected.

    python -m tests.benchmarks.check_data FOLDER [NAME ...] --url http://127.0.0.1:8000 --token TOKEN

FOLDER holds one folder a data set (votes.csv.gz with item, labeller, label; items.jsonl.gz; gold.csv.gz). Prints one JSON
line a figure: what was measured, what was expected, and whether they differ by more than 0.002; at the end a table of all of them,
with the reason where the product means something else by a figure than whoever computed the expected one. Sets of classes,
numbers, texts, spans and boxes are made ready in `data/kinds.py`.
"""

import argparse
import csv
import gzip
import io
import json
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from tests.benchmarks.data.kinds import PREPARED, Prepared, archive_of

TOLERANCE = 0.002
# Name, kind of question (a scale's low and high for ratings), level → alpha, then majority and Dawid-Skene against gold.
EXPECTED: dict[str, dict[str, Any]] = {
    "snow_rte": {"alpha": {"nominal": 0.241}, "majority": 0.897, "dawid_skene": 0.927},
    "snow_wsd": {"alpha": {"nominal": 0.937}, "majority": 0.994, "dawid_skene": 0.994},
    "snow_temporal": {"alpha": {"nominal": 0.223}, "majority": 0.936, "dawid_skene": 0.942},
    "vader_words": {"scale": (-4, 4), "alpha": {"ordinal": 0.734, "nominal": 0.232}},
    "vader_reviews": {"scale": (-4, 4), "alpha": {"ordinal": 0.829, "nominal": 0.359}},
    "bluebirds": {"alpha": {"nominal": 0.126}, "majority": 0.759},
    "dental_caries": {"alpha": {"nominal": 0.277}},
}


class Workbench:
    """The API of one running workbench."""

    def __init__(self, url: str, token: str) -> None:
        self.http = httpx.Client(base_url=url + "/api/v1/", headers={"Authorization": f"Bearer {token}"}, timeout=300, trust_env=False)

    def post(self, path: str, **how: Any) -> Any:
        answer = self.http.post(path, **how)
        if answer.status_code >= 400:
            raise SystemExit(f"{path}: {answer.status_code} {answer.text[:500]}")
        return answer.json()

    def get(self, path: str, **query: Any) -> Any:
        answer = self.http.get(path, params=query)
        answer.raise_for_status()
        return answer.json()

    def load(self, path: str, name: str, content: bytes) -> dict[str, Any]:
        """Send a file and wait for its job."""
        job = self.post(path, files={"file": (name, content)})["job"]
        while job["state"] in ("queued", "running"):
            time.sleep(0.2)
            job = self.get(f"jobs/{job['id']}/")
        if job["state"] != "done" or job["result"]["rejected"]:
            raise SystemExit(f"{path}: {job['state']} {job['error']} {str(job['result'])[:500]}")
        return dict(job["result"])

    def pages(self, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        page = self.get(path, page_size=1000, **query)
        while True:
            yield from page["results"]
            if not page["next"]:
                return
            page = self.http.get(page["next"]).json()


def rows_of(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def as_csv(rows: list[dict[str, Any]]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def check(bench: Workbench, folder: Path, name: str) -> bool:
    expected = EXPECTED[name]
    votes = rows_of(folder / name / "votes.csv.gz")
    slug = f"{name.replace('_', '-')}-{uuid.uuid4().hex[:6]}"
    labels = sorted({row["label"] for row in votes})
    question: dict[str, Any] = {"key": "answer", "kind": "choice", "classes": [{"key": label} for label in labels]}
    if "scale" in expected:
        question = {"key": "answer", "kind": "rating", "low": expected["scale"][0], "high": expected["scale"][1]}
    bench.post("projects/", json={"slug": slug, "name": name, "display": [{"field": "text", "as": "text"}], "questions": [question],
                                  "labels_per_example": min(100, max(len(votes) // len({row["item"] for row in votes}), 1))})  # fmt: skip
    items = [{"key": item, "text": f"Item {item}"} for item in dict.fromkeys(row["item"] for row in votes)]
    texts = folder / name / "items.jsonl.gz"
    if texts.exists():
        with gzip.open(texts, "rt", encoding="utf-8") as file:
            by_id = {str(row["id"]): row for row in map(json.loads, file)}
        items = [{**item, "text": str(by_id[item["key"]].get("text", item["text"]))} if item["key"] in by_id else item for item in items]
    bench.load(f"projects/{slug}/imports/", "items.jsonl", "\n".join(json.dumps(item) for item in items).encode())
    seen: dict[tuple[str, str], int] = {}
    rows = []
    for row in votes:
        pair = row["item"], row["labeller"]
        seen[pair] = seen.get(pair, 0) + 1
        rows.append({"example": row["item"], "labeller": f"{name}-{row['labeller']}", "value": row["label"], "round": seen[pair]})
    bench.load(f"projects/{slug}/label-imports/", "votes.csv", as_csv(rows))
    good = agreement(bench, slug, name, expected)
    gold = folder / name / "gold.csv.gz"
    if gold.exists() and "majority" in expected:
        truth = {row["item"]: row["label"] for row in rows_of(gold)}
        good &= consensus(bench, slug, name, expected, truth)
        known = {item["key"] for item in items}
        resolved = [{"example": item, "value": label} for item, label in truth.items() if item in known and label in labels]
        bench.load(f"projects/{slug}/resolution-imports/", "gold.csv", as_csv(resolved))
        good &= agreement(bench, slug, f"{name}, truth loaded", expected)
    return good


def agreement(bench: Workbench, slug: str, name: str, expected: dict[str, Any]) -> bool:
    good = True
    for level, wanted in expected["alpha"].items():
        found = bench.get(f"projects/{slug}/agreement/", question="answer", level=level, rounds="all")["alpha"]["value"]
        good &= say(name, f"alpha, {level}", found, wanted)
    return good


def consensus(bench: Workbench, slug: str, name: str, expected: dict[str, Any], truth: dict[str, str]) -> bool:
    good = True
    for method in ("majority", "dawid_skene"):
        if method not in expected:
            continue
        credit = n = 0.0
        for row in bench.pages(f"projects/{slug}/consensus/", method=method):
            if row["example"] not in truth:
                continue
            n += 1
            if row["answer"] is not None:
                credit += str(row["answer"]) == truth[row["example"]]
            else:  # a tie shares its credit
                top = max(row["votes"].values())
                tied = [answer for answer, count in row["votes"].items() if count == top]
                credit += (truth[row["example"]] in tied) / len(tied)
        good &= say(name, f"{method} against gold", credit / n, expected[method])
    return good


def check_prepared(bench: Workbench, folder: Path, name: str) -> bool:
    """A data set whose answers are no single class."""
    prepared: Prepared = PREPARED[name](folder / name)
    slug = f"{name.replace('_', '-')}-{uuid.uuid4().hex[:6]}"
    project = {"slug": slug, "name": name, "display": prepared.display, "questions": prepared.questions, "labels_per_example": prepared.labels_per_example}
    bench.post("projects/", json=project)
    started = time.perf_counter()
    if prepared.pictures:
        bench.load(f"projects/{slug}/imports/", "items.zip", archive_of(prepared.items, prepared.pictures))
    else:
        bench.load(f"projects/{slug}/imports/", "items.jsonl", as_jsonl(prepared.items))
    bench.load(f"projects/{slug}/label-imports/", "votes.jsonl", as_jsonl(prepared.labels))
    print(json.dumps({"data": name, "labels": len(prepared.labels), "import_seconds": round(time.perf_counter() - started, 1)}), flush=True)
    asked: dict[Any, Any] = {}

    def get(path: str, **query: Any) -> Any:
        key = path, *sorted(query.items())
        if key not in asked:
            asked[key] = list(bench.pages(f"projects/{slug}/{path}", **query)) if path == "consensus/" else bench.get(f"projects/{slug}/{path}", **query)
        return asked[key]

    good = [say(name, figure, measure(get), wanted, reason) for figure, wanted, measure, reason in prepared.before]
    if prepared.truth:
        bench.load(f"projects/{slug}/resolution-imports/", "gold.jsonl", as_jsonl(prepared.truth))
        asked.clear()
    good += [say(name, figure, measure(get), wanted, reason) for figure, wanted, measure, reason in prepared.figures]
    return all(good)


def as_jsonl(rows: list[dict[str, Any]]) -> bytes:
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()


TABLE: list[tuple[str, str, float, float | None, str]] = []


def say(name: str, figure: str, found: float | None, wanted: float, reason: str = "") -> bool:
    """Whether it is as expected; a figure with a reason means something else, so it is shown and not judged."""
    good = found is not None and abs(found - wanted) <= TOLERANCE
    TABLE.append((name, figure, wanted, found, reason))
    line = {"data": name, "figure": figure, "found": found, "expected": wanted, "within_0.002": good}
    print(json.dumps(line | ({"reason": reason} if reason else {})), flush=True)
    return good or (bool(reason) and found is not None)


def print_table() -> None:
    print(f"\n{'data':24}{'figure':58}{'expected':>9}{'ours':>9}{'apart':>9}  why")
    for name, figure, wanted, found, reason in TABLE:
        ours, apart = ("none", "") if found is None else (f"{found:.3f}", f"{found - wanted:+.3f}")
        print(f"{name[:23]:24}{figure[:57]:58}{wanted:9.3f}{ours:>9}{apart:>9}  {reason}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--token", required=True)
    parser.add_argument("names", nargs="*", default=[*EXPECTED, *PREPARED])
    asked = parser.parse_args()
    bench = Workbench(asked.url.rstrip("/"), asked.token)
    good = [(check_prepared if name in PREPARED else check)(bench, asked.folder, name) for name in asked.names]  # all, whatever the first says
    print_table()
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())

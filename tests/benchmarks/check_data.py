"""Import real several-labeller data sets over the API and compare what is measured with what is expected.

    python -m tests.benchmarks.check_data FOLDER [NAME ...] --url http://127.0.0.1:8000 --token TOKEN

FOLDER holds one folder a data set (votes.csv.gz with item, labeller, label; items.jsonl.gz; gold.csv.gz). Prints one JSON
line a figure: what was measured, what was expected, and whether they differ by more than 0.002; at the end a table of all of them,
with the reason where the product means something else by a figure than whoever computed the expected one. What each set is like and
what is expected of it stands in `data/`: classes, ratings and numbers as a table in `classes.py`. A name may be a part of a set or
another way to import it, like `btc_entities_as_tokens`.
"""

import argparse
import json
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from tests.benchmarks.data.classes import CLASSES
from tests.benchmarks.data.parts import PARTS
from tests.benchmarks.data.prepared import Measure, Prepared, archive_of
from tests.benchmarks.data.several import SEVERAL
from tests.benchmarks.data.texts import TEXTS

TOLERANCE = 0.002
# Names that are a part of a set, or another way to import it.
SETS_OF = {
    "weather_sentiment_gold": "weather_sentiment", "adult_content_gold": "adult_content", "adult_content_ordinal": "adult_content",
    "snow_wordsim_rating": "snow_wordsim", "chest_xray_a_set_aside": "chest_xray_a", "btc_entities_as_tokens": "btc_entities",
}  # fmt: skip
SETS = {**CLASSES, **SEVERAL, **TEXTS, **PARTS}


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


def check(bench: Workbench, folder: Path, name: str) -> bool:
    prepared: Prepared = SETS[name](folder / name)
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

    def found(measure: Measure) -> float | None:
        try:
            return measure(get)
        except httpx.HTTPStatusError as refused:
            print(json.dumps({"data": name, "refused": refused.response.text[:300]}), flush=True)
            return None

    good = [say(name, figure, found(measure), wanted, reason) for figure, wanted, measure, reason in prepared.before]
    if prepared.truth:
        bench.load(f"projects/{slug}/resolution-imports/", "gold.jsonl", as_jsonl(prepared.truth))
        asked.clear()
    good += [say(name, figure, found(measure), wanted, reason) for figure, wanted, measure, reason in prepared.figures]
    return all(good)


def as_jsonl(rows: list[dict[str, Any]]) -> bytes:
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()


TABLE: list[tuple[str, str, float, float | None, str]] = []


def near(found: float | None, wanted: float) -> bool:
    return found is not None and abs(found - wanted) <= TOLERANCE


def say(name: str, figure: str, found: float | None, wanted: float, reason: str = "") -> bool:
    """Whether it is as expected; a figure with a reason means something else, so it is shown and not judged."""
    good = near(found, wanted)
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
    parser.add_argument("names", nargs="*", default=[*SETS])
    asked = parser.parse_args()
    bench = Workbench(asked.url.rstrip("/"), asked.token)
    good = [check(bench, asked.folder, name) for name in asked.names]  # all, whatever the first says
    print_table()
    apart = [row for row in TABLE if not near(row[3], row[2])]
    print(
        f"\n{len({SETS_OF.get(name, name) for name in asked.names})} data sets, {len(TABLE)} figures: {len(TABLE) - len(apart)} within {TOLERANCE}, "
        f"{sum(bool(row[4]) for row in apart)} that mean something else, as said, {sum(not row[4] for row in apart)} apart without a reason."
    )
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())

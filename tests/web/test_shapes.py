"""Tables and dialogues on leads' pages: the shapes of tests/shapes.json, which hold for the labelling screen too."""

import json
from pathlib import Path
from typing import Any

import pytest

from labelling.web.shapes import table_of, turns_of

SHAPES = json.loads((Path(__file__).resolve().parents[1] / "shapes.json").read_text())


def written(cell: dict[str, Any]) -> str:
    return cell["text"] + ("#" if cell["number"] else "")


@pytest.mark.parametrize("case", SHAPES["tables"], ids=lambda case: json.dumps(case["given"])[:40])
def test_each_shape_of_a_table_is_read(case):
    found = table_of(case["given"])
    assert found["head"] == case["head"]
    assert [[row["name"], *map(written, row["cells"])] for row in found["rows"]] == case["rows"]


@pytest.mark.parametrize("case", SHAPES["dialogues"], ids=lambda case: json.dumps(case["given"])[:40])
def test_each_shape_of_a_dialogue_is_read(case):
    assert [[turn["who"], turn["said"]] for turn in turns_of(case["given"])] == case["turns"]


def test_what_is_neither_is_none():
    assert [given for given in SHAPES["no_tables"] if table_of(given) is not None] == []
    assert [given for given in SHAPES["no_dialogues"] if turns_of(given) is not None] == []
    assert table_of("[" * 100_000) is turns_of("[" * 100_000) is None

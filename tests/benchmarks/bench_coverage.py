"""How often intervals hold the truth, and whether human level is fair, where the truth is known: one JSON line a population.

    python -m tests.benchmarks.bench_coverage [--runs 2000] [--check]

Examples and labellers are drawn anew in each run; the populations stand in tests/stats/populations.py. `plus_minus` is what chance leaves
open about a share of so many runs. With --check the exit code tells whether every population reaches 0.90.
"""

from __future__ import annotations

import argparse
import json
import sys

import numpy as np

from tests.stats.populations import POPULATIONS
from tests.stats.test_coverage import CLAIMED, covered, scored_alike


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--runs", type=int, default=2000)
    arguments.add_argument("--check", action="store_true")
    given = arguments.parse_args()
    worst = 1.0
    for population in POPULATIONS:
        found = covered(population, given.runs, seed=1)
        worst = min(worst, found["shown"])
        print(
            json.dumps(
                {
                    "figure": "coverage of the 95 % interval shown for alpha", "population": population.name, "level": population.level,
                    "alpha": round(population.alpha(), 3), "labellers": population.n_labellers, "examples": population.n_examples,
                    "labels_per_example": population.per_example, "runs": given.runs, **found,
                    "plus_minus": round(1.96 * (0.95 * 0.05 / given.runs) ** 0.5, 3), "at_least": CLAIMED, "reached": found["shown"] >= CLAIMED,
                }
            ),
            flush=True,
        )  # fmt: skip
    for reference in ("leave_one_out", "resolved"):
        for per_example in (3, 5):
            people, model, against_all = np.mean([scored_alike(seed, per_example, reference) for seed in range(20)], axis=0).tolist()
            print(
                json.dumps(
                    {
                        "figure": "people and a model of their skill on identical references", "reference": reference, "labels_per_example": per_example,
                        "people": round(people, 4), "model": round(model, 4), "apart": round(model - people, 4), "at_most": 0.01,
                        "reached": abs(model - people) <= 0.01, "model_against_everybodys_majority": round(against_all, 4),
                    }
                ),
                flush=True,
            )  # fmt: skip
    return 1 if given.check and worst < CLAIMED else 0


if __name__ == "__main__":
    sys.exit(main())

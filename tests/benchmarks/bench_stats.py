"""The statistics against their peers, in one run on one machine: one JSON line a figure.

    python -m tests.benchmarks.bench_stats [--peers FOLDER] [--examples 1000000] [--labellers 50] [--codes 10] [--repeats 5] [--quick] [--check]

Data: `--examples` examples with 3 labels each by people who are right 80 % of the time. Times are the best of `--repeats` for us
and of two for the slow peers: `seconds` of wall time, `cpu` seconds of all threads (what to compare when the machine is busy).
A peer that is not installed has a line that says so. Not all of them go with our NumPy: --peers makes an environment with all of them
in FOLDER, where there is none yet, and runs everything there, which works because the core needs nothing but NumPy and SciPy.
--quick leaves crowd-kit out, which takes a minute or two. With --check the exit code tells whether every target was reached.
"""

from __future__ import annotations

import argparse
import importlib.util
import itertools
import json
import os
import platform
import subprocess
import sys
import time
import tracemalloc
import venv
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from labelling.stats import agreement, human, pairs
from labelling.stats.columns import Labels
from labelling.stats.dawid_skene import dawid_skene
from tests.benchmarks import peers

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("crowd-kit", "irrCAC", "krippendorff", "scikit-learn", "scipy", "statsmodels")
missed: list[str] = []


def simulate(n: int, per_example: int, n_labellers: int, n_codes: int) -> tuple[Any, Any, Any]:
    random = np.random.default_rng(1)
    truth = random.integers(0, n_codes, n)
    people = np.argsort(random.random((min(n, 50_000), n_labellers)), axis=1)[:, :per_example]
    people = np.tile(people, (n // len(people) + 1, 1))[:n]
    right = random.random((n, per_example)) < 0.8
    codes = np.where(right, truth[:, None], random.integers(0, n_codes, (n, per_example)))
    return np.repeat(np.arange(n), per_example), people.ravel(), codes.ravel()


class Time(NamedTuple):
    wall: float
    cpu: float


def best(work: Callable[[], Any], repeats: int) -> tuple[Time, Any]:
    wall = cpu = float("inf")
    found = None
    for _ in range(repeats):
        start, busy = time.perf_counter(), time.process_time()
        found = work()
        wall, cpu = min(wall, time.perf_counter() - start), min(cpu, time.process_time() - busy)
    return Time(wall, cpu), found


def line(figure: str, ours: Time, *, peer: str | None = None, theirs: Time | None = None, target: float | None = None, **more: Any) -> None:
    out: dict[str, Any] = {"figure": figure, "seconds": round(ours.wall, 4), "cpu": round(ours.cpu, 4)}
    if peer is not None and theirs is not None:
        ratio, cpu_ratio = theirs.wall / ours.wall, theirs.cpu / ours.cpu
        out |= {"peer": peer, "peer_seconds": round(theirs.wall, 4), "peer_cpu": round(theirs.cpu, 4)}
        out |= {"ratio": round(ratio, 1), "cpu_ratio": round(cpu_ratio, 1)}
        if target is not None:
            reached = max(ratio, cpu_ratio) >= target
            out |= {"target_ratio": target, "reached": reached}
            if not reached:
                missed.append(figure)
    print(json.dumps(out | more | {"cores": os.cpu_count()}), flush=True)


def limit(figure: str, value: float, most: float, unit: str, cpu: tuple[float, float] | None = None) -> None:
    reached = value <= most or (cpu is not None and cpu[0] <= cpu[1])
    if not reached:
        missed.append(figure)
    out: dict[str, Any] = {"figure": figure, unit: round(value, 4), "at_most": round(most, 4)}
    if cpu is not None:
        out |= {"cpu": round(cpu[0], 4), "cpu_at_most": round(cpu[1], 4)}
    print(json.dumps(out | {"reached": reached, "cores": os.cpu_count()}), flush=True)


def alpha(rows: tuple[Any, Any, Any], labellers: int, codes: int, repeats: int) -> None:
    if not there("krippendorff", "alpha"):
        return
    import krippendorff

    example, labeller, code = rows
    n = int(example[-1]) + 1
    seconds, labels = best(lambda: Labels.of(example, labeller, code, codes), repeats)
    line("columns: check, sort and compact the labels", seconds, labels=len(code))

    def ours() -> Any:
        return agreement.alpha(Labels.of(example, labeller, code, codes))

    seconds, found = best(ours, repeats)
    alone, _ = best(lambda: agreement.alpha_value(Labels.of(example, labeller, code, codes)), repeats)
    values = list(range(codes))

    def from_counts() -> float:
        counts = np.bincount(example * codes + code, minlength=n * codes).reshape(n, codes)
        return float(krippendorff.alpha(value_counts=counts, value_domain=values, level_of_measurement="nominal"))

    by_counts, theirs = best(from_counts, 2)
    matrix = np.full((labellers, n), np.nan)
    matrix[labeller, example] = code
    by_matrix, again = best(lambda: krippendorff.alpha(reliability_data=matrix, level_of_measurement="nominal"), 1)
    assert abs(found.value - theirs) < 1e-9 and abs(found.value - again) < 1e-9
    line("alpha with both intervals", seconds, peer="krippendorff, from the matrix of labels, value alone", theirs=by_matrix, target=20)
    line("alpha with both intervals, against the fastest way to the peer", seconds, peer="krippendorff, from value counts made by bincount, value alone", theirs=by_counts)
    line("alpha, value alone", alone, peer="krippendorff, from value counts made by bincount", theirs=by_counts)
    for level in ("ordinal", "interval"):
        line(f"alpha with both intervals, {level}", best(lambda level=level: agreement.alpha(Labels.of(example, labeller, code, codes), level), repeats)[0])

    labels = Labels.of(example, labeller, code, codes)
    only_examples, _ = best(lambda: examples_only(labels), repeats)
    value_only, _ = best(lambda: agreement.alpha_value(labels), repeats)
    figure = "alpha with 1,000 resamples, against three times alpha alone and 50 ms"
    limit(figure, only_examples.wall, 3 * value_only.wall + 0.05, "seconds", cpu=(only_examples.cpu, 3 * value_only.cpu + 0.05))
    tracemalloc.start()
    ours()
    limit("alpha with both intervals: memory above its input", tracemalloc.get_traced_memory()[1] / 2**20, 150, "mib")
    tracemalloc.stop()


def examples_only(labels: Labels) -> Any:
    from labelling.stats.coefficients import alpha_coefficient
    from labelling.stats.intervals import Groundwork

    work = Groundwork.of(labels)
    coefficient = alpha_coefficient("nominal", labels.n_codes)
    value = float(coefficient.value(work.total(coefficient)[None])[0])
    return work.over_examples([coefficient], [value], 0.95, 1000, 0, [(-1.0, 1.0)])


def others(rows: tuple[Any, Any, Any], labellers: int, codes: int, repeats: int) -> None:
    from sklearn.metrics import cohen_kappa_score

    example, labeller, code = rows
    labels = Labels.of(example, labeller, code, codes)
    seconds, found = best(lambda: pairs.pairwise_kappas(labels), repeats)
    by_person = [(example[labeller == who], code[labeller == who]) for who in range(labellers)]
    wall = cpu = 0.0
    ours = {(p.a, p.b): p.kappa.value for p in found.pairs}
    for a, b in itertools.combinations(range(labellers), 2):
        _, left, right = np.intersect1d(by_person[a][0], by_person[b][0], assume_unique=True, return_indices=True)
        x, y = by_person[a][1][left], by_person[b][1][right]
        if len(x) < found.min_overlap:
            continue
        took, kappa = best(lambda x=x, y=y: cohen_kappa_score(x, y), 1)
        wall, cpu = wall + took.wall, cpu + took.cpu
        assert abs(kappa - ours[a, b]) < 1e-9
    line(f"all {len(found.pairs):,} pairwise kappas, with intervals", seconds, peer="scikit-learn, the pairs' labels made ready, no intervals", theirs=Time(wall, cpu), target=50)

    fleiss_and_ac1(labels, code.reshape(-1, 3), codes, repeats)
    line("every coefficient with both intervals", best(lambda: agreement.measure(labels), repeats)[0])
    line("every coefficient and per-class alpha with both intervals", best(lambda: agreement.measure(labels, per_class=True), repeats)[0])
    line("leave-one-out human level with intervals and by class", best(lambda: levels(labels), repeats)[0])


def levels(labels: Labels) -> Any:
    scores = human.leave_one_out(labels)
    return scores.overall(), scores.by_class()


def fleiss_and_ac1(labels: Labels, table: Any, codes: int, repeats: int) -> None:
    from labelling.stats.intervals import Groundwork

    def ours() -> list[float]:
        work = Groundwork.of(labels)
        chosen = agreement.class_coefficients(labels, None, "")
        return [float(chosen[name].value(work.total(chosen[name])[None])[0]) for name in ("fleiss_kappa", "gwet_ac1")]

    seconds, found = best(ours, repeats)
    if there("irrCAC", "Fleiss' kappa and AC1"):
        taken, theirs = best(lambda: peers.irrcac(table), 1)
        assert max(abs(a - b) for a, b in zip(found, theirs, strict=True)) < 1e-4  # the package rounds to five digits
        line("Fleiss' kappa and AC1", seconds, peer="irrCAC", theirs=taken, target=100)
    if there("statsmodels", "Fleiss' kappa and AC1"):
        taken, kappa = best(lambda: peers.statsmodels_fleiss(table, codes), 1)
        assert abs(found[0] - kappa) < 1e-9
        line("Fleiss' kappa and AC1", seconds, peer="statsmodels, Fleiss' kappa alone", theirs=taken, target=4)
        counts = peers.counts_of(table, codes)
        taken, _ = best(lambda: peers.statsmodels_of_counts(counts), 2)
        line("Fleiss' kappa and AC1, from labels", seconds, peer="statsmodels, Fleiss' kappa alone, its table of counts made ready", theirs=taken)


def consensus(rows: tuple[Any, Any, Any], codes: int, quick: bool) -> None:
    example, labeller, code = rows
    labels = Labels.of(example, labeller, code, codes)
    steps, likelihood, theirs = 20, None, None
    if not quick and there("crowdkit", "Dawid-Skene"):
        theirs, parameters = best(lambda: peers.crowd_kit(example, labeller, code, steps), 1)
        likelihood = peers.log_likelihood(labels, *parameters)
    while True:
        seconds, found = best(partial(dawid_skene, labels, prior="none", tolerance=0, max_steps=steps), 1)
        if likelihood is None or found.log_likelihood >= likelihood - 1e-9 * abs(likelihood) or steps >= 200:
            break
        steps += 1
    more = {} if likelihood is None else {"peer_log_likelihood": round(likelihood, 1), "peer_steps": 20}
    line("Dawid-Skene, to the likelihood of the peer", seconds, peer="crowd-kit" if theirs else None, theirs=theirs, target=5,
         examples=labels.n_examples, steps=found.steps, log_likelihood=round(found.log_likelihood, 1), **more)  # fmt: skip


def there(package: str, figure: str) -> bool:
    found = importlib.util.find_spec(package) is not None
    if not found:
        print(json.dumps({"figure": figure, "peer": package, "missing": f"{package} is not installed beside this Python"}), flush=True)
    return found


def among_peers(folder: Path) -> int:
    """The same command in an environment that has every peer."""
    python = folder.resolve() / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    place = sys.argv.index("--peers")
    arguments = sys.argv[1:place] + sys.argv[place + 2 :]
    return subprocess.run([python, "-m", "tests.benchmarks.bench_stats", *arguments], cwd=ROOT, check=False).returncode


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--peers", type=Path)
    arguments.add_argument("--examples", type=int, default=1_000_000)
    arguments.add_argument("--labellers", type=int, default=50)
    arguments.add_argument("--codes", type=int, default=10)
    arguments.add_argument("--repeats", type=int, default=5)
    arguments.add_argument("--quick", action="store_true")
    arguments.add_argument("--check", action="store_true")
    given = arguments.parse_args()
    if given.peers:
        return among_peers(given.peers)
    print(json.dumps({"python": platform.python_version(), "numpy": np.__version__, "cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1)}), flush=True)
    rows = simulate(given.examples, 3, given.labellers, given.codes)
    alpha(rows, given.labellers, given.codes, given.repeats)
    others(rows, given.labellers, given.codes, given.repeats)
    consensus(rows, given.codes, given.quick)
    return 1 if given.check and missed else 0


if __name__ == "__main__":
    sys.exit(main())

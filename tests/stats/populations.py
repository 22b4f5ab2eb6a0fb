"""Populations of examples and labellers whose agreement is known exactly, to draw labels from.

An example has a type (its class, and how hard it is), a labeller a table of how they answer each type. Two people answer an example
independently of each other, so the population's alpha follows from the types' shares and the mean table:
1 - E[d(a, b)] / E[d(a, b')], with a, b of one example and b' of another.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from labelling.stats.columns import Labels


@dataclass(frozen=True)
class Population:
    """`shares` (n_types,) of types, `right` (n_types,) the class that each type is, `hard` (n_types,) how much of a person's skill
    is left on it. Skills are drawn from a beta distribution with these two parameters; a share of `careless` people answers anything."""

    name: str
    shares: tuple[float, ...]
    right: tuple[int, ...]
    hard: tuple[float, ...]
    skill: tuple[float, float]
    n_labellers: int
    n_examples: int
    per_example: int
    level: str = "nominal"
    careless: float = 0.0
    near: bool = False  # wrong answers are the neighbours of the right one
    uneven: bool = False  # few people do most of the work

    @property
    def n_codes(self) -> int:
        return max(self.right) + 1

    def wrong(self) -> np.ndarray:
        """(n_types, n_codes): what is answered where somebody does not know."""
        k = self.n_codes
        if not self.near:
            return np.full((len(self.right), k), 1.0 / k)
        apart = np.abs(np.subtract.outer(np.array(self.right), np.arange(k)))
        weight = np.where(apart == 1, 1.0, 0.0)
        return weight / weight.sum(1, keepdims=True)

    def alpha(self) -> float:
        """The alpha of ever more examples and labellers."""
        shares, k = np.array(self.shares), self.n_codes
        mean = self.skill[0] / sum(self.skill)
        known = (1 - self.careless) * mean * np.array(self.hard)
        table = known[:, None] * np.eye(k)[list(self.right)]
        table += ((1 - self.careless) - known)[:, None] * self.wrong() + self.careless / k
        answers = shares @ table
        ranks = np.cumsum(answers) - answers / 2
        apart = np.subtract.outer(ranks, ranks) ** 2 if self.level == "ordinal" else 1 - np.eye(k)
        observed = float(np.einsum("t,ta,tb,ab->", shares, table, table, apart))
        return 1 - observed / float(answers @ apart @ answers)

    def draw(self, random: np.random.Generator) -> tuple[Labels, np.ndarray]:
        """Labels of other people on other examples each time; and the right answers (n_examples,)."""
        types = random.choice(len(self.shares), self.n_examples, p=self.shares)
        skill = random.beta(*self.skill, self.n_labellers)
        anything = random.random(self.n_labellers) < self.careless
        load = 1.0 / np.arange(1, self.n_labellers + 1) if self.uneven else np.ones(self.n_labellers)
        # The highest of random keys, each to the power 1 / load, are a draw without replacement in proportion to the loads.
        keys = random.random((self.n_examples, self.n_labellers)) ** (1 / load)
        people = np.argsort(-keys, axis=1)[:, : self.per_example]
        known = random.random(people.shape) < skill[people] * np.array(self.hard)[types][:, None]
        guess = _pick(random, self.wrong()[types], people.shape)
        codes = np.where(known, np.array(self.right)[types][:, None], guess)
        codes = np.where(anything[people], random.integers(0, self.n_codes, people.shape), codes)
        labels = Labels.of(np.repeat(np.arange(self.n_examples), self.per_example), people.ravel(), codes.ravel(), self.n_codes)
        return labels, np.array(self.right)[types]


def _pick(random: np.random.Generator, shares: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    edges = shares.cumsum(1)
    return np.minimum((random.random(shape)[:, :, None] > edges[:, None, :]).sum(2), shares.shape[1] - 1)


def even(k: int) -> tuple[tuple[float, ...], tuple[int, ...], tuple[float, ...]]:
    return (1 / k,) * k, tuple(range(k)), (1.0,) * k


POPULATIONS = [
    Population("even classes, alike people", *even(4), (80, 20), 10, 300, 3),
    Population("even classes, unequal people", *even(4), (6, 2), 12, 400, 3),
    Population("very unequal people", *even(4), (2, 1), 20, 400, 3),
    Population("skewed classes", (0.9, 0.07, 0.03), (0, 1, 2), (1.0, 1.0, 1.0), (8, 2), 12, 600, 3),
    Population("a rare class of two", (0.95, 0.05), (0, 1), (1.0, 1.0), (18, 2), 10, 800, 3),
    Population("one in eight careless", *even(3), (16, 2), 24, 500, 3, careless=0.125),
    Population("easy and hard examples, everybody on each", (0.35, 0.35, 0.15, 0.15), (0, 1, 0, 1), (1.0, 1.0, 0.3, 0.3), (8, 2), 10, 60, 10),
    Population("everybody on each of many examples", *even(4), (6, 2), 10, 400, 10),
    Population("few do most of the work", *even(4), (6, 2), 20, 500, 3, uneven=True),
    Population("two labels an example", *even(4), (8, 3), 15, 500, 2),
    Population("grades, wrong by one", *even(5), (6, 2), 12, 400, 3, level="ordinal", near=True),
    Population("many people", *even(4), (6, 2), 50, 600, 3),
]

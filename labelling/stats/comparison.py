"""What every kind of answer beyond a class offers for measuring: one interface, so that figures can be had by anything."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike

from labelling.stats.columns import Bools, Floats, Labels, Longs
from labelling.stats.groups import Group, LabellerAgreement
from labelling.stats.label_pairs import PairLikeness
from labelling.stats.results import Result


class Comparison(ABC):
    """Labels of one question that can be compared. Classes are known by their place in the question's list."""

    labels: Labels
    has_classes: ClassVar[bool] = True

    @abstractmethod
    def keep(self, mask: Bools) -> Self:
        """The same with these labels alone (mask in the order of `labels`)."""

    @abstractmethod
    def alpha(self, confidence: float = 0.95) -> Result:
        """The kind's alpha with both intervals."""

    @abstractmethod
    def likeness(self, confidence: float = 0.95) -> Result:
        """How like two people's answers are, 0 to 1, chance not taken off: what raw agreement is for classes."""

    @abstractmethod
    def measures(self, confidence: float = 0.95) -> dict[str, Result]:
        """The kind's further figures by name, the likeness among them."""

    @abstractmethod
    def by_labeller(self, confidence: float = 0.95) -> list[LabellerAgreement]:
        """Each labeller with the others; `percent` is the likeness."""

    @abstractmethod
    def by_two(self, least: int, confidence: float = 0.95) -> tuple[list[PairLikeness], int]:
        """(the likeness of every two labellers with `least` examples in common, how many pairs had fewer)."""

    def per_class(self, confidence: float = 0.95) -> dict[int, Result]:
        """Class place → alpha of the class, there or not."""
        return {}

    def class_pairs(self) -> Floats | None:
        """(n_classes, n_classes): how much of one label's row class meets another label's column class; None without classes."""
        return None

    def if_merged(self, a: int, b: int) -> tuple[float | None, float | None]:
        """(a nominal alpha as it is, the same as if class b were class a)."""
        return None, None

    def examples_with(self, a: int, b: int) -> Longs:
        """Places of examples where one label says class a where another says class b."""
        return np.zeros(0, dtype=np.int64)


def by_example_group(compared: Comparison, groups: ArrayLike, confidence: float = 0.95) -> list[Group]:
    """Alpha and likeness within each group of examples; `groups` (n_examples,), ascending."""
    return by_label_group(compared, np.asarray(groups)[compared.labels.example], confidence)


def by_label_group(compared: Comparison, groups: ArrayLike, confidence: float = 0.95) -> list[Group]:
    """Alpha and likeness among the labels of each group, `groups` (n_labels,) in the order of `labels`: only labels of one group are
    compared with each other."""
    names, place = np.unique(np.asarray(groups), return_inverse=True)
    found: list[Group] = []
    for at, name in enumerate(names.tolist()):
        part = compared.keep(place.ravel() == at) if names.size > 1 else compared  # what is known already is not computed twice
        found.append(Group(name, part.alpha(confidence), part.likeness(confidence)))
    return found


def kept(labels: Labels, mask: Bools) -> tuple[Labels, Any]:
    """(the labels kept, where their examples stood before)."""
    part = labels.keep(mask)
    return part, np.searchsorted(labels.example_ids, part.example_ids)

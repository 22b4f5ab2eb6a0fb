"""What examples can be grouped by, for every figure: source, batch, state, a meta field, and saved slices, which may overlap."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labelling.errors import Invalid
from labelling.intake.slice_selectors import slices_of
from labelling.measure.bulk import Reader
from labelling.measure.columns import example_columns
from labelling.measure.slices import read_slices
from labelling.projects.models import Project

OF_EXAMPLES = ("batch", "source", "state", "slice")  # and meta.NAME
MOST_GROUPS = 1000


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Groups of examples that do not overlap: `code[i]` is the place in `keys` of the group that holds the i-th example, -1 for none.

    `names` are what people call the groups where that is not their key. `whole` tells that every example which has a value is in a
    group, so that those with -1 are a group too: the ones that have none.
    """

    code: NDArray[np.int32]
    keys: list[Any]
    names: list[str] | None
    whole: bool

    def more(self, place: int) -> dict[str, str]:
        """What an entry of a group says besides its key."""
        return {} if self.names is None else {"name": self.names[place]}


def read_groups(project: Project, by: str, example_ids: NDArray[Any], *, reader: Reader | None = None) -> list[Groups]:
    """The groups of these examples (n,), in the order given. `by` is source, batch, state, meta.NAME, or slice: slices may overlap, so
    each of them is a `Groups` of its own with one group. Raises Invalid for too many groups or an unknown name.

        for part in read_groups(project, by, labels.example_ids):
            for place, figure in scores.by_group(part.code).items():
                rows.append(entry(part.keys[place], figure, **part.more(place)))
    """
    if by == "slice":
        slices = list(slices_of(project))
        found = read_slices(project.pk, slices, reader=reader) if slices else None
        masks = found.of(example_ids) if found is not None else []
        return [Groups(np.where(mask, 0, -1).astype(np.int32), [row.key], [row.name], False) for row, mask in zip(slices, masks, strict=True)]
    table = example_columns(project.pk, [by], reader=reader)
    column = table.columns[by]
    if len(column.values) > MOST_GROUPS:
        raise Invalid.field("by", f"{by} has {len(column.values):,} different values; figures are shown for up to {MOST_GROUPS:,}.")
    return [Groups(column.code[table.place(example_ids)], column.values, None, True)]

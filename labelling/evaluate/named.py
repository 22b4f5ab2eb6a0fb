"""What scoring kept of people, as it is shown: by pseudonyms, and by name for those who may see who labelled what."""

from collections.abc import Mapping
from typing import Any

from labelling.evaluate import alternative
from labelling.release.raw_labels import pseudonym


def present(human: Mapping[str, Any], names: Mapping[int, str], *, epsilon: float = alternative.EPSILON) -> dict[str, Any]:
    """What scoring kept of the people, as the API shows it: labellers by their pseudonyms, and by name for those who may see it."""
    if "references" not in human:
        return dict(human)

    def named(row: Mapping[str, Any] | None) -> dict[str, Any] | None:
        if row is None:
            return None
        return {**row, "labeller": pseudonym(row["labeller"]), "name": names.get(row["labeller"])}

    references = {
        kind: {**one, "best_person": named(one["best_person"]), "people": [named(row) for row in one["people"]]}
        for kind, one in human["references"].items()
    }
    test = alternative.judge(human["alternative"], epsilon=epsilon)
    return {**human, "references": references, "alternative": {**test, "people": [named(row) for row in test["people"]]}}

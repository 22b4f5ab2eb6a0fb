"""What an evaluation's model says of the examples whose labels are at hand."""

from typing import Any

from labelling.evaluate.models import Evaluation
from labelling.evaluate.stored import stored_predictions
from labelling.intake.models import Example
from labelling.measure.answers import Answers
from labelling.measure.suspecting import Opinion, opinion_of

PART = 500  # keys in one statement


def opinions_of(answers: Answers, evaluation_id: int) -> Opinion:
    """The stored predictions for this question, by examples' ids; those of examples that are gone are left out. Raises Conflict
    where there are none."""
    evaluation = Evaluation.objects.select_related("version").get(pk=evaluation_id)
    stored = stored_predictions(evaluation, answers.described["key"])
    ids: dict[str, int] = {}
    for start in range(0, len(stored.keys), PART):
        rows = Example.objects.filter(project_id=evaluation.project_id, key__in=stored.keys[start : start + PART])
        ids.update(rows.values_list("key", "id"))
    known = [place for place, key in enumerate(stored.keys) if key in ids]

    def of(column: list[Any]) -> list[Any]:
        return [column[place] for place in known]

    return opinion_of(answers, [ids[stored.keys[place]] for place in known], of(stored.predicted), of(stored.probabilities), of(stored.confidence))

"""A model beside the people, on identical references: what each scores, by both kinds of references, and what to beware of."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from labelling.evaluate import alternative
from labelling.evaluate.references import ALONE, RESOLVED, Coded, Held, hold
from labelling.stats.parties import Standing

ENOUGH_RESOLVED = 30  # examples, as for human level: with fewer, chance decides what "against resolved answers" reads
MOST_PEOPLE = 500  # rows of people that are kept
REFERENCES = {
    RESOLVED: "resolved answers; nobody is scored who helped to settle an example",
    ALONE: "what the others' labels of the same example come to, without the person who is scored",
}
CAUTIONS = {
    "popular_answer": "The most popular answer scores higher than the model by the same references, although it is made of these people's own answers:"
    " to beat one person is not to beat the people together.",
    "disputed": "Only examples that people disagreed on were settled. A label is counted there only where its example would have been settled whatever"
    " it said; otherwise people would be measured on their mistakes, and the model not. The figures are about such examples alone.",
    "popular_is_reference": "Against what the others say the popular answer is made of the very labels that it is held against. A model that knows the"
    " truth need not reach it; only against resolved answers is it a bar to take.",
    "uneven": "How far people agree on an example had to do with whether it is here. Each label is weighed by how seldom examples like its own are here, so"
    " that neither people nor the model gain by it.",
    "hinges": "Labels are left out where their example is here only because of what they say: others like them are not here.",
    "two_labels": "With two labels an example, what the others say is one person's answer: the figures are agreement with one person, not accuracy.",
    "assisted": "Some labels were made with a model's suggestion in view. They lean towards it: if it was this model's, it gains by that.",
    "few_people": "There are fewer than three people: how far other people would do otherwise cannot be told.",
    "best": "The best of several people is best by chance too. What is to be expected of them on new examples is nearer to the others.",
}
Table = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Beside:
    """What scoring puts into its answer (`human`), and the parties behind it by the references that come first."""

    human: dict[str, Any]
    chosen: Held
    coded: Coded


def beside(coded: Coded, *, seed: int = 0) -> Beside:
    """Model and people for one question's predictions, by both references."""
    held = hold(coded, seed)
    first = RESOLVED if held[RESOLVED].n_examples >= ENOUGH_RESOLVED else ALONE
    chosen = held[first]
    main = chosen.parties.each_label()
    level = "accuracy" if chosen.parties.whole else "score"
    human = {
        level: main.person.as_dict(),
        "model_on_the_same_references": main.model.as_dict(),
        "popular_answer": main.popular.as_dict(),
        "gap": main.model_minus_person.as_dict(),
        "gap_to_popular_answer": main.model_minus_popular.as_dict(),
        "reference": REFERENCES[first],
        "chosen": first,
        "references": {kind: _reference(one) for kind, one in held.items()},
        "alternative": alternative.compare(coded, seed),
    }
    human["cautions"] = [{"code": code, "message": CAUTIONS[code]} for code in _cautions(human, coded, chosen)]
    return Beside(human, chosen, coded)


def _reference(held: Held) -> Table:
    best = held.parties.best()
    people = held.parties.people()
    return {
        "reference": held.kind,
        "about": REFERENCES[held.kind],
        "n_examples": held.n_examples,
        "each_label": _standing(held.parties.each_label()),
        "each_person": _standing(held.parties.each_person()),
        "best_person": None
        if best is None
        else {"labeller": best.labeller, "n_people": best.n_people, "expected": best.expected.as_dict(), **_standing(best.standing)},
        "people": [_row(who, standing) for who, standing in people[:MOST_PEOPLE]],
        "n_people": len(people),
        "left_out": {"took_part": held.took_part, "hinges": held.hinges},
        "even": held.even,
    }


def _standing(standing: Standing) -> Table:
    return {
        "person": standing.person.as_dict(),
        "model": standing.model.as_dict(),
        "popular_answer": standing.popular.as_dict(),
        "model_minus_person": standing.model_minus_person.as_dict(),
        "model_minus_popular": standing.model_minus_popular.as_dict(),
    }


def _row(who: object, standing: Standing) -> Table:
    gap = standing.model_minus_person
    return {
        "labeller": who,
        "n_examples": gap.n_examples,
        "person": standing.person.value,
        "model": standing.model.value,
        "gap": {"value": gap.value, "low": gap.low, "high": gap.high},
    }


def _cautions(human: Mapping[str, Any], coded: Coded, chosen: Held) -> list[str]:
    codes = []
    beyond = human["gap_to_popular_answer"]["value"]
    if beyond is not None and beyond < 0:
        codes += ["popular_answer"] + (["popular_is_reference"] if chosen.kind == ALONE else [])
    if not chosen.even:
        agreeing = coded.labels.n_examples and chosen.kind == RESOLVED and chosen.hinges
        codes.append("disputed" if agreeing else "uneven")
        if chosen.hinges and not agreeing:
            codes.append("hinges")
    if chosen.kind == ALONE and coded.labels.n_labels and int(coded.labels.sizes.max()) == 2:
        codes.append("two_labels")
    if coded.split.assisted:
        codes.append("assisted")
    n_people = human["references"][chosen.kind]["n_people"]
    if n_people < 3:
        codes.append("few_people")
    else:
        codes.append("best")
    return codes

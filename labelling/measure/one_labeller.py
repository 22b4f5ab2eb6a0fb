"""One labeller's page: to teach with. What stands out beyond chance comes first, each with the examples and the guidelines to talk over;
the figures behind it stand beside those of the others, and nothing ranks anybody."""

from typing import Any

import numpy as np

from labelling.access import Permission, Viewer
from labelling.errors import Invalid, NotFound
from labelling.intake.models import Example
from labelling.label.models import TagCount
from labelling.measure import estimates, habits, human, pace
from labelling.measure.answers import Answers, read_answers
from labelling.measure.check_columns import ON_GOLD, with_checks
from labelling.measure.columns import read_resolved
from labelling.measure.compare import OF_CLASSES, comparison
from labelling.measure.guideline_parts import parts_about
from labelling.measure.labellers import with_the_others
from labelling.measure.one_labeller_time import drift_of, trend_of
from labelling.projects.models import Membership, Project
from labelling.projects.selectors import all_tags, get_project, guidelines_of, list_guidelines
from labelling.stats import teaching
from labelling.stats.human import Scores
from labelling.stats.intervals import wilson
from labelling.stats.results import Counts, Interval, Result, Undefined, figure

MOST_ROWS = 40  # pairs of answers that are listed
MOST_MISSED = 20
NO_LABELS = Undefined("This person has no label on an example that others labelled too.")
NO_RESOLVED = Undefined("No example that this person labelled has a resolved answer that was made without them.")
NO_GOLD = Undefined("No gold example was labelled by this person.")
NO_REPEATS = Undefined("This person labelled no example twice.")


def get_labeller(viewer: Viewer, slug: str, username: str, *, question: str | None = None, reference: str | None = None) -> dict[str, Any]:
    """Everything about one labeller's answers to a question. Raises NotFound, NotAllowed, Invalid."""
    project = get_project(viewer, slug, Permission.SEE_LABELS)
    check_reference(reference)
    member = member_called(project, username)
    answers = read_answers(project, question)
    return describe(project, answers, member, reference or "leave_one_out")


def check_reference(reference: str | None) -> None:
    if reference is not None and reference not in habits.REFERENCES:
        raise Invalid.field("reference", f"The reference is one of: {', '.join(habits.REFERENCES)}.")


def member_called(project: Project, username: str) -> Membership:
    """Who is or was a member of the project by this name."""
    found = Membership.objects.filter(project=project, user__username=username).select_related("user").first() if "\x00" not in username else None
    if found is None:
        raise NotFound("Nobody of this name is or was a member of the project.")
    return found


def describe(project: Project, answers: Answers, member: Membership, reference: str) -> dict[str, Any]:
    who, name = member.user_id, member.user.display_name or member.user.username
    n_people = max(1, int(answers.labels.n_labellers))
    part = habits.only_of(answers, who)
    scores = human.against_resolved(project, part) if reference == "resolved" else human.leave_one_out(project, part)
    found = habits.habits_of(project, answers, reference, who=who, all_pairs=True)
    text = guidelines_of(project)
    rows = [habits.describe(name, reference, aspect, habit) for aspect, habit in found[:MOST_ROWS]]
    for row in rows:
        row["guidelines"] = parts_about(text.text, [row["said_name"], row["wanted_name"]]) if row["stands_out"] else []
    direction = _direction(answers, part, who, name, n_people)
    drift = drift_of(part, scores, who, name, n_people)
    tags = _tags(project, member, n_people)
    gold = human.against_resolved(project, with_checks(answers, ON_GOLD), gold=True)
    own, others = _figures(project, answers, scores, gold, who)
    says = [{"code": "habit", "message": row["message"]} for row in rows if row["stands_out"]]
    says += [{"code": code, "message": one["message"]} for code, one in (("direction", direction), ("drift", drift)) if one and one.get("stands_out")]
    says += [{"code": "tag", "message": _tag_words(name, tag)} for tag in tags if tag["stands_out"]]
    return {
        "username": member.user.username,
        "display_name": name,
        "role": member.role,
        "question": answers.described["key"],
        "kind": answers.described["kind"],
        "reference": reference,
        "labels": member.labels,
        "seconds": member.seconds,
        "median_seconds": pace.median_seconds(project, [who]).get(who),
        **{key: value.as_dict() for key, value in own.items()},
        "others": others,
        "says": says,
        "ask": _ask(name, rows, drift),
        "confusions": rows,
        "confusions_total": len(found),
        "direction": direction,
        "pace": _pace(project, who),
        "tags": tags,
        "drift": drift,
        "trend": trend_of(part, scores, who),
        "gold_missed": _gold_missed(answers, gold, who),
        "guidelines": _later_guidelines(project, answers, who),
    }


def _figures(project: Project, answers: Answers, scores: Scores, on_gold: Scores, who: int) -> tuple[dict[str, Result], dict[str, float | None]]:
    """(this person's figures, the others' value of each on what can be compared)."""
    everybody = with_the_others(project, answers, comparison(answers, seed=project.seed))
    agreement = {one.labeller: one for one in everybody}.get(who)
    gold = on_gold.by_labeller()
    _, repeats = human.consistency(project, answers)
    reliable = estimates.reliability(answers)
    none = estimates.NO_MODEL if answers.described["kind"] in OF_CLASSES else estimates.NO_CLASSES
    own: dict[str, Result] = {
        "agreement": agreement.alpha if agreement else NO_LABELS,
        "percent": agreement.percent if agreement else NO_LABELS,
        "score": _or(scores.by_labeller().get(who), NO_RESOLVED if scores.reference == "resolved" else NO_LABELS),
        "gold_accuracy": _or(gold.get(who), NO_GOLD),
        "repeat_consistency": repeats.get(who, NO_REPEATS),
        "reliability": reliable.get(who, none),
    }
    others = {
        "agreement": _mean({one.labeller: one.alpha for one in everybody}, who),
        "percent": _mean({one.labeller: one.percent for one in everybody}, who),
        "score": _mean(scores.by_labeller(), who),
        "gold_accuracy": _mean(gold, who),
        "repeat_consistency": _mean(repeats, who),
        "reliability": _mean(reliable, who),
    }
    return own, others


def _or(found: Result | None, why: Undefined) -> Result:
    return why if found is None or found.value is None else found


def _mean(found: Any, who: int) -> float | None:
    """The others' mean, each with the weight of their examples."""
    rows = [(one.value, one.n_examples) for key, one in found.items() if key != who and one.value is not None and one.n_examples]
    weight = sum(n for _, n in rows)
    return float(sum(value * n for value, n in rows) / weight) if weight else None


def _direction(answers: Answers, part: Answers, who: int, name: str, n_people: int) -> dict[str, Any] | None:
    """Whether this person gives higher or lower numbers than the others; None where answers are no numbers."""
    if answers.numbers is None or answers.described["kind"] not in ("rating", "number") or not part.labels.n_labels:
        return None
    found = {int(part.labels.labeller_ids[one.labeller]): one for one in teaching.directions(part.labels, answers.numbers, n_people=n_people)}.get(who)
    if found is None:
        return None
    higher = (found.difference.value or 0.0) > 0
    message = (
        f"{name} gives {'higher' if higher else 'lower'} numbers than the others of the same examples"
        f" (beyond them in {found.higher if higher else found.lower:,} of {found.n:,} labels; by {abs(found.difference.value or 0.0):.2f} on average)."
    )
    return {
        "higher": found.higher, "lower": found.lower, "difference": found.difference.as_dict(), "p": found.p, "stands_out": found.stands_out,
        "message": message if found.stands_out else f"{name} gives neither higher nor lower numbers than the others, as far as can be told.",
    }  # fmt: skip


def _tags(project: Project, member: Membership, n_people: int) -> list[dict[str, Any]]:
    """How often this person uses each tag beside the others."""
    counts: dict[str, dict[int, int]] = {}
    for membership, tag, count in TagCount.objects.filter(membership__project=project, labels__gt=0).values_list("membership_id", "tag", "labels"):
        counts.setdefault(tag, {})[membership] = count
    totals = dict(Membership.objects.filter(project=project, labels__gt=0).values_list("pk", "labels"))
    mine, theirs = member.labels, sum(totals.values()) - totals.get(member.pk, 0)
    known = all_tags(project)
    rows = []
    for tag in known:
        used = counts.get(tag["key"], {})
        own = min(used.get(member.pk, 0), mine)
        others = (sum(used.values()) - used.get(member.pk, 0)) / theirs if theirs else None
        share: Result = Undefined("This person has no label yet.")
        stands_out = False
        if mine:
            low, high = wilson(own, mine, 0.95)
            share = figure(own / mine, {"examples": Interval(low, high, "Wilson's score interval")}, "Share of this person's labels with the tag", Counts(mine, mine, 1), 0.95)
            low, high = wilson(own, mine, 1.0 - 0.05 / (n_people * len(known)))
            # Above the others' use, and above each other person's: people use tags more differently than chance alone.
            most = max((used.get(other, 0) / total for other, total in totals.items() if other != member.pk and total), default=1.0)
            stands_out = bool(others is not None and mine >= teaching.FEWEST and low > others and low > most)
        rows.append({**tag, "count": own, "figure": share.as_dict(), "others": others, "stands_out": stands_out})
    return rows


def _tag_words(name: str, tag: dict[str, Any]) -> str:
    return (
        f"{name} uses the tag “{tag['name']}” more often than others do ({tag['count']:,} of {tag['figure']['n_labels']:,} labels;"
        f" others {habits.percent(tag['others'])})."
    )


def _pace(project: Project, who: int) -> dict[str, Any]:
    """Time beside the others' on the same examples; never a thing that stands out: slow may be careful, and fast may be practised."""
    found = pace.pace_of(project, who)
    return {"ratio": found.ratio.as_dict(), "shares": found.shares}


def _gold_missed(answers: Answers, scores: Scores, who: int) -> dict[str, Any]:
    """The gold examples that this person answered otherwise, the newest example first, with what is right."""
    labels = scores.labels
    own = np.flatnonzero(labels.labeller_ids == who)
    rows = np.flatnonzero(scores.counted & (labels.labeller == own[0]) & (scores.credit < 1.0)) if own.size else np.zeros(0, dtype=np.int64)
    ids = labels.example_ids[labels.example[rows]]
    found = read_resolved(answers.question.pk)
    right: dict[int, list[str]] = {}
    for example, code in zip(found.example[found.gold == 1].tolist(), found.code[found.gold == 1].tolist(), strict=True):
        right.setdefault(example, []).append(answers.name(code))
    shown = rows[np.argsort(-ids, kind="stable")][:MOST_MISSED]
    keys = dict(Example.objects.filter(pk__in=labels.example_ids[labels.example[shown]].tolist()).values_list("pk", "key"))
    listed = [(int(labels.example_ids[labels.example[row]]), int(labels.code[row])) for row in shown.tolist()]
    return {
        "total": int(rows.size),
        "rows": [{"example": keys[example], "answer": answers.name(code), "right": right.get(example, [])} for example, code in listed],
    }


def _later_guidelines(project: Project, answers: Answers, who: int) -> dict[str, Any]:
    """How many of this person's labels are older than the guidelines of today, and what changed since the first of them."""
    mine = answers.columns.guideline_version[answers.columns.labeller == who]
    first = int(mine.min()) if mine.size else project.guideline_version
    later = list_guidelines(project).filter(version__gt=first)[:5]
    return {
        "newest": project.guideline_version,
        "labels_before": int((mine < project.guideline_version).sum()),
        "labels": int(mine.size),
        "later": [{"version": row.version, "created_at": row.created_at, "reason": row.reason} for row in later],
    }


def _ask(name: str, rows: list[dict[str, Any]], drift: dict[str, Any]) -> str:
    """A sentence to begin a talk with; empty where nothing stands out."""
    first = next((row for row in rows if row["stands_out"]), None)
    if first is not None:
        both = [one for one in (first["said_name"], first["wanted_name"]) if one]
        about = " and ".join(f"“{one}”" for one in both)
        where = next((f", with the part “{part['heading']}” of the guidelines beside them" for part in first["guidelines"] if part["heading"]), "")
        return f"“{name}, you and the others seem to read {about} differently. Can we look at a few of these together{where}? What did you see in them?”"
    if drift.get("stands_out"):
        return f"“{name}, your answers have moved over the last weeks. Has something changed, in the examples or in how you read the guidelines?”"
    return ""

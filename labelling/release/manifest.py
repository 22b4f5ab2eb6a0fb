"""manifest.json: what a version is, in one object. Plain values."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from labelling.release.canonical import digest_of
from labelling.release.lineage import lineage_of, sources_of
from labelling.release.plan import Plan
from labelling.release.raw_labels import Behind
from labelling.release.software import software

METHODS = {
    "splits": "Seeded by SHA-256 over seed and key (or group), dealt within each answer to the first choice question, in whole numbers; "
    "groups stay together and examples that had a split in the version named by keep_splits_of keep it.",
    "confidence": "Share of the labels behind the answer (majority, median), probability (weighted, dawid_skene) or 1 (adjudication); of sets the smallest "
    "share behind a class, of numbers the share near the median, of texts, spans and boxes the mean likeness of the labels to the answer; six decimals.",
    "consensus": "Questions beyond classes and ratings: sets class by class, numbers by their median, texts by the one nearest to the others, spans code "
    "point by code point, boxes by objects that more than half drew, their corners averaged.",
    "weighted": "A label weighs log(s (c - 1) / (1 - s)) with c possible answers and s = (5 + right) / (10 + compared) of its labeller on all other "
    "examples that could go in, against settled answers where there are any, else the majority of the others' labels; sets class by class.",
    "several_answers": "Where several answers were settled as right, the column holds the one that most labels gave (else the first in the "
    "question's order) and <question>__also_right the others.",
    "near_copies": "Examples whose shown fields are equal but for case and punctuation.",
}


def draft_manifest(
    plan: Plan, behind: Behind, files: Sequence[Mapping[str, Any]], *, agreement: Mapping[str, Any], human_performance: Mapping[str, Any]
) -> dict[str, Any]:
    """All of the manifest but what is known only when the version gets its number."""
    by_class = plan.by_class()
    in_all, by_question = plan.decided_by()
    return {
        "project": plan.project.slug,
        "digest": digest_of(plan.policy, plan.questions, {file["name"]: file["sha256"] for file in files}),
        "software": software(),
        "policy": dict(plan.policy),
        "schema": {"questions": plan.questions},
        "schema_version": plan.project.schema_version,
        "guideline_versions": sorted(behind.guidelines),
        "counts": {
            "examples": len(plan),
            "labels": behind.labels,
            "by_split": plan.by_split,
            "by_class": {key: {name: sum(splits.values()) for name, splits in rows.items()} for key, rows in by_class.items()},
            "by_class_and_split": by_class,
            "left_out": plan.left_out,
        },
        "decided_by": in_all,
        "decided_by_question": by_question,
        "agreement": dict(agreement),
        "human_performance": dict(human_performance),
        "sources": sources_of(plan),
        "near_copies": {name: plan.near_copies[name] for name in ("groups", "examples")},
        "warnings": plan.warnings,
        "methods": METHODS,
        "files": [dict(file) for file in files],
    }


def finish_manifest(
    draft: Mapping[str, Any], plan: Plan, behind: Behind, *, number: int, previous: Mapping[str, Any] | None, created_by: str, now: datetime
) -> dict[str, Any]:
    """The whole manifest, its fields in the order of API.md."""
    whole = {
        **draft,
        "version": number,
        "created_at": now,
        "created_by": created_by,
        "previous": previous,
        "lineage": lineage_of(plan, behind, draft["sources"], number),
    }
    order = ("project", "version", "digest", "created_at", "created_by", "software", "policy", "schema", "schema_version",
             "guideline_versions", "counts", "decided_by", "agreement", "human_performance", "sources", "previous", "lineage", "files")  # fmt: skip
    return {name: whole[name] for name in order} | {name: value for name, value in whole.items() if name not in order}

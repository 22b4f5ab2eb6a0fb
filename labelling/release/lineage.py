"""Where a version comes from: its sources and batches, and the steps that led to it, in order."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.db.models import Max, Min

from labelling.intake.models import Batch, Source
from labelling.measure.models import ResolvedAnswer
from labelling.release.decide import NAMES
from labelling.release.plan import Plan
from labelling.release.raw_labels import Behind
from labelling.release.rules import DecidedBy


def sources_of(plan: Plan) -> list[dict[str, Any]]:
    """The sources of a version's examples with their batches, by key; examples without a source stand under null."""
    pairs, counts = np.unique(np.stack([plan.source, plan.batch], axis=1), axis=0, return_counts=True)
    examples = {(source, batch): count for (source, batch), count in zip(pairs.tolist(), counts.tolist(), strict=True)}
    rows = {source.pk: source for source in Source.objects.filter(project=plan.project)}
    batches = Batch.objects.in_bulk({batch for _, batch in examples if batch})
    found: dict[int, dict[str, Any]] = {}
    for (source, batch), count in sorted(examples.items()):
        row = rows.get(source)
        entry = found.setdefault(
            source,
            {
                "key": row.key if row else None, "name": row.name if row else "", "licence": row.licence if row else "",
                "owner": row.owner if row else "", "origin": row.origin if row else None, "examples": 0, "batches": [],
            },
        )  # fmt: skip
        entry["examples"] += count
        if batch:
            file = batches[batch]
            entry["batches"].append(
                {"id": file.pk, "file": file.file_name, "sha256": file.sha256, "rows": file.rows, "imported_at": file.imported_at, "examples": count}
            )
    return sorted(found.values(), key=lambda entry: (entry["key"] is None, entry["key"] or ""))


def lineage_of(plan: Plan, behind: Behind, sources: list[dict[str, Any]], number: int) -> list[dict[str, Any]]:
    """The steps, in order: imports, labelling, adjudication, consensus, splits, release."""
    batches = {batch["id"]: batch for source in sources for batch in source["batches"]}
    steps: list[dict[str, Any]] = [
        {"step": "import", "at": batch["imported_at"], "batch": batch["id"], "file": batch["file"], "sha256": batch["sha256"], "examples": batch["examples"]}
        for batch in sorted(batches.values(), key=lambda batch: (batch["imported_at"], batch["id"]))
    ]
    days = [one.answers.columns.day for one in plan.decisions if len(one.answers.columns)]
    if behind.rows:
        steps.append(
            {
                "step": "label", "from": _day(min(int(day.min()) for day in days)) if days else None,
                "to": _day(max(int(day.max()) for day in days)) if days else None, "labels": behind.labels,
                "labellers": len(behind.by_labeller), "guideline_versions": sorted(behind.guidelines), "schema_versions": sorted(behind.schemas),
            }
        )  # fmt: skip
    settled = [one.decided_by == NAMES.index(DecidedBy.ADJUDICATION) for one in plan.decisions]
    if count := sum(int(mask.sum()) for mask in settled):
        first, last = _settled_between(plan.id[np.logical_or.reduce(settled)].tolist())
        steps.append({"step": "adjudicate", "from": first, "to": last, "answers": count})
    policy = plan.policy
    steps.append({"step": "consensus", **policy["consensus"], "left_out": plan.left_out})
    steps.append(
        {"step": "split", "splits": plan.by_split, "seed": policy["seed"], "stratify": policy["stratify"],
         "group_by": policy["group_by"], "keep_splits_of": policy["keep_splits_of"]}
    )  # fmt: skip
    steps.append({"step": "release", "version": number, "note": policy["note"], "growth_reason": policy["growth_reason"]})
    return steps


def provenance_of(manifest: Mapping[str, Any], behind: Behind, releaser: str) -> dict[str, Any]:
    """The history of a version as W3C PROV-JSON: files made from batches by labelling, adjudicating and releasing.

    People are agents under their pseudonyms; `releaser` is that of whoever asked for the version.
    """
    version = f"wb:{manifest['project']}/version/{manifest['version']}"
    entity: dict[str, Any] = {
        version: {"prov:type": {"$": "prov:Collection", "type": "prov:QUALIFIED_NAME"}, "wb:digest": manifest["digest"], "wb:version": manifest["version"]},
        "wb:guidelines": {"wb:versions": ", ".join(str(number) for number in manifest["guideline_versions"])},
    }
    activity: dict[str, Any] = {}
    links: dict[str, dict[str, Any]] = {name: {} for name in ("wasGeneratedBy", "used", "wasAssociatedWith", "wasDerivedFrom", "hadMember", "wasAttributedTo")}

    def link(relation: str, **ends: Any) -> None:
        links[relation][f"_:{relation}{len(links[relation]) + 1}"] = {f"prov:{name}": value for name, value in ends.items()}

    for source in manifest["sources"]:
        for batch in source["batches"]:
            name, import_ = f"wb:batch/{batch['id']}", f"wb:import/{batch['id']}"
            entity[name] = {"prov:label": batch["file"], "wb:sha256": batch["sha256"], "wb:rows": batch["rows"], "wb:source": source["key"] or "", "wb:licence": source["licence"]}
            activity[import_] = {"prov:label": "import", "prov:endTime": _time(batch["imported_at"])}
            link("wasGeneratedBy", entity=name, activity=import_)
            link("wasDerivedFrom", generatedEntity=version, usedEntity=name)
    agent: dict[str, Any] = {f"wb:{releaser}": {"prov:type": {"$": "prov:Person", "type": "prov:QUALIFIED_NAME"}}}
    for step in manifest["lineage"]:
        if step["step"] == "label":
            activity["wb:label"] = {"prov:label": "label", **_between(step), "wb:labels": step["labels"]}
            link("used", activity="wb:label", entity="wb:guidelines")
            link("wasGeneratedBy", entity=version, activity="wb:label")
            for name, count in sorted(behind.by_labeller.items()):
                agent[f"wb:{name}"] = {"prov:type": {"$": "prov:Person", "type": "prov:QUALIFIED_NAME"}, "wb:labels": count}
                link("wasAssociatedWith", activity="wb:label", agent=f"wb:{name}")
        elif step["step"] == "adjudicate":
            activity["wb:adjudicate"] = {"prov:label": "adjudicate", **_between(step), "wb:answers": step["answers"]}
            link("wasGeneratedBy", entity=version, activity="wb:adjudicate")
    activity["wb:release"] = {"prov:label": "release", "prov:endTime": _time(manifest["created_at"])}
    link("wasGeneratedBy", entity=version, activity="wb:release")
    link("wasAssociatedWith", activity="wb:release", agent=f"wb:{releaser}")
    link("wasAttributedTo", entity=version, agent=f"wb:{releaser}")
    if manifest["previous"]:
        previous = f"wb:{manifest['project']}/version/{manifest['previous']['version']}"
        entity[previous] = {"wb:digest": manifest["previous"]["digest"]}
        link("wasDerivedFrom", generatedEntity=version, usedEntity=previous)
    for file in manifest["files"]:
        name = f"{version}/{file['name']}"
        entity[name] = {"prov:label": file["name"], "wb:sha256": file["sha256"], "wb:bytes": file["bytes"]}
        link("hadMember", collection=version, entity=name)
        link("wasGeneratedBy", entity=name, activity="wb:release")
    return {
        "prefix": {"wb": "urn:workbench:", "prov": "http://www.w3.org/ns/prov#", "xsd": "http://www.w3.org/2001/XMLSchema#"},
        "entity": entity, "activity": activity, "agent": agent, **{name: ends for name, ends in links.items() if ends},
    }  # fmt: skip


def _settled_between(examples: list[int]) -> tuple[Any, Any]:
    """When the first and the last of these examples were settled."""
    times = []
    for start in range(0, len(examples), 500):
        rows = ResolvedAnswer.objects.filter(example_id__in=examples[start : start + 500])
        found = rows.aggregate(first=Min("resolution__created_at"), last=Max("resolution__created_at"))
        times += [moment for moment in found.values() if moment is not None]
    return (min(times), max(times)) if times else (None, None)


def _day(number: int) -> str:
    return (date(1970, 1, 1) + timedelta(days=number)).isoformat()


def _between(step: Mapping[str, Any]) -> dict[str, str]:
    """When a step began and ended, as far as it is known."""
    found = {"prov:startTime": step["from"], "prov:endTime": step["to"]}
    return {name: _time(moment) for name, moment in found.items() if moment is not None}


def _time(moment: Any) -> str:
    if isinstance(moment, str):
        return moment if "T" in moment else f"{moment}T00:00:00+00:00"
    return moment.isoformat()

"""A version: what is in it, in which form, the same bytes from the same state, and never changed."""

import hashlib
import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from labelling.audit import AuditEvent
from labelling.errors import Conflict, Invalid, NotAllowed
from labelling.jobs.models import Job
from labelling.jobs.services import claim
from labelling.release import selectors, services
from labelling.release.contents import read_columns, read_splits
from labelling.release.diff import diff_versions
from labelling.release.models import DatasetVersion, Pull, Recall, VersionFile
from labelling.tables import AppendOnlyError
from labelling.tasks import run_queued
from tests.factories import NOW, STRENGTH, label_next, make_examples, make_project, viewer
from tests.release.state import EVERYTHING, KEYS, make_state, release, settle

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_folder")]
TIED = {"_c", "a b", "10"}
CHECKOUT = Path(__file__).resolve().parent.parent.parent


def content(version: DatasetVersion, name: str) -> bytes:
    with default_storage.open(VersionFile.objects.get(version=version, name=name).storage_name) as file:
        return file.read()


def rows(version: DatasetVersion, split: str = "train") -> list[dict]:
    return [json.loads(line) for line in content(version, f"{split}.jsonl").splitlines()]


def all_rows(version: DatasetVersion) -> dict[str, dict]:
    return {row["key"]: row for split in version.policy["splits"] for row in rows(version, split)}


def hashes(version: DatasetVersion) -> dict[str, str]:
    return {file["name"]: file["sha256"] for file in version.manifest["files"] if file["name"] != "provenance.json"}


@pytest.mark.both_databases
def test_the_same_state_gives_the_same_bytes_and_the_same_digest():
    make_state()
    first, second = release(), release()

    assert (first.number, second.number) == (1, 2)
    assert hashes(first) == hashes(second)
    assert first.digest == second.digest
    assert second.manifest["previous"] == {"version": 1, "digest": first.digest}


@pytest.mark.both_databases
def test_rows_are_ordered_by_code_point_whatever_the_database_sorts_by():
    make_state()
    version = release({"splits": {"train": 1.0}})

    assert [row["key"] for row in rows(version)] == sorted(set(KEYS) - TIED)


def test_both_databases_give_the_same_bytes(tmp_path, postgres_server):
    def made(name: str, database_url: str) -> dict:
        environment = {
            "PATH": "/usr/bin:/bin", "WORKBENCH_DATA": str(tmp_path / name), "DATABASE_URL": database_url,
            "DJANGO_SETTINGS_MODULE": "workbench.settings", "WORKBENCH_LOG_LEVEL": "ERROR", "LC_ALL": "C.UTF-8",
        }  # fmt: skip
        command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", "from tests.release.state import main; main()"]
        done = subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    one, other = made("sqlite", ""), made("postgres", postgres_server.url(f"release_{tmp_path.name}".replace("-", "_")))

    assert {name for name in one["files"] if one["files"][name] != other["files"][name]} <= {"provenance.json", "kinds/provenance.json"}
    assert [one[name] for name in ("digest", "kinds", "weighted")] == [other[name] for name in ("digest", "kinds", "weighted")]


@pytest.mark.both_databases
def test_the_manifest_has_every_field_of_the_contract():
    make_state()
    settle("B", outcome="answer", value={"sentiment": "mix"})
    manifest = release({"note": "first clean set"}).manifest

    wanted = {
        "project", "version", "digest", "created_at", "created_by", "software", "policy", "schema", "schema_version",
        "guideline_versions", "counts", "decided_by", "agreement", "human_performance", "sources", "previous", "lineage", "files",
    }  # fmt: skip
    assert wanted <= manifest.keys()
    assert manifest["counts"]["examples"] == 10
    assert manifest["counts"]["left_out"] == {"tie": 3}
    assert sum(manifest["counts"]["by_split"].values()) == 10
    assert manifest["decided_by"].keys() == {"unanimous", "majority", "adjudication", "model", "tie"}
    assert sum(manifest["decided_by"].values()) == pytest.approx(1, abs=1e-5)
    assert manifest["agreement"]["sentiment"]["n_examples"] == 10
    assert {"value", "low", "high", "reference", "popular_answer"} <= manifest["human_performance"]["sentiment"].keys()
    assert [source["key"] for source in manifest["sources"]] == ["cinema", None]
    [batch] = manifest["sources"][0]["batches"]
    assert (batch["file"], batch["sha256"], batch["rows"]) == ("films.csv", "ab" * 32, 13)
    assert [step["step"] for step in manifest["lineage"]] == ["import", "label", "adjudicate", "consensus", "split", "release"]
    assert {"name", "format", "bytes", "rows", "sha256"} == manifest["files"][0].keys()
    assert manifest["software"]["name"] == "workbench"


@pytest.mark.both_databases
def test_a_row_says_the_answer_how_sure_and_what_decided_it():
    make_state()
    settle("B", outcome="answer", value={"sentiment": "mix"})
    found = all_rows(release({"consensus": {"ties": "keep"}}))

    assert found["a"]["sentiment"] == "pos"
    assert (found["a"]["sentiment__decided_by"], found["a"]["sentiment__confidence"]) == ("unanimous", 1.0)
    assert found["a"]["sentiment__votes"] == {"pos": 3}
    assert (found["B"]["sentiment"], found["B"]["sentiment__decided_by"]) == ("mix", "adjudication")
    assert found["B"]["sentiment__votes"] == {"neg": 2, "pos": 1}
    assert (found["z"]["sentiment"], found["z"]["sentiment__decided_by"]) == ("neg", "majority")
    assert found["z"]["sentiment__confidence"] == 0.666667
    assert (found["_c"]["sentiment"], found["_c"]["sentiment__decided_by"]) == (None, "tie")
    assert found["z"]["tags"] == ["borderline"]
    assert (found["B"]["strength"], found["a"]["strength"]) == (2, None)
    assert (found["B"]["source"], found["a"]["source"]) == ("cinema", None)
    assert found["a"]["meta.x"] == 10**16
    assert (found["a"]["meta.n"], found["a"]["meta.deep"]) == (1, {"a": None, "b": [1, 2.0]})
    assert found["a"]["text"] == "=Text 0\nwith “quotes”, ümlauts"


@pytest.mark.both_databases
def test_the_three_formats_hold_the_same_rows():
    make_state()
    policy = {"splits": {"train": 1.0}, "formats": ["parquet", "jsonl", "csv"]}
    settle("_c", outcome="several_answers", values=[{"sentiment": "mix"}, {"sentiment": "neg"}])
    version = release(policy)
    names = ["key", "sentiment", "strength", "split", "source", "tags", "sentiment__decided_by", "sentiment__votes", "sentiment__also_right"]
    lines = [[row[name] for name in names] for row in rows(version)]

    def by(form: str) -> list[list]:
        version.policy["formats"] = [form]
        [batch] = read_columns(version, split="train", names=names)
        return [list(row) for row in zip(*batch, strict=True)]

    assert by("jsonl") == lines
    assert by("parquet") == lines
    assert by("csv") == lines
    assert content(version, "train.csv").splitlines()[0].decode().startswith("key,text,meta.deep,meta.flag,meta.lab,meta.n,meta.x,meta.ünï,sentiment")


def test_where_several_answers_are_right_the_first_by_votes_stands_and_the_others_beside_it():
    make_state()
    settle("_c", outcome="several_answers", values=[{"sentiment": "pos"}, {"sentiment": "neg"}])
    row = all_rows(release())["_c"]

    assert row["sentiment"] == "pos"  # as many votes as neg, and earlier in the question
    assert row["sentiment__also_right"] == ["neg"]
    assert row["sentiment__decided_by"] == "adjudication"


def test_labels_hold_every_revision_under_a_pseudonym():
    make_state()
    version = release({"splits": {"train": 1.0}})
    table = pq.read_table(io.BytesIO(content(version, "labels.parquet")))
    table = table.to_pylist()
    of = [(row["labeller"], row["answer"], row["revision"], row["counted"]) for row in table if row["example"] == "é" and row["question"] == "sentiment"]

    assert len(table) == VersionFile.objects.get(version=version, name="labels.parquet").rows
    assert {row["example"] for row in table} == set(KEYS) - TIED  # what is left out stays in the house
    assert {row["labeller"] for row in table} == {"labeller-0002", "labeller-0003", "labeller-0004"}
    assert of == [
        ("labeller-0002", "mix", 1, False),
        ("labeller-0002", "pos", 2, True),
        ("labeller-0003", "pos", 1, True),
        ("labeller-0004", "neg", 1, True),
    ]
    assert {row["imported"] for row in table} == {row["model_assisted"] for row in table} == {False}
    assert next(row["seconds"] for row in table if row["revision"] == 2) == 4.25


def test_ties_are_left_out_kept_without_an_answer_or_refuse_the_version_and_never_broken():
    make_state()

    assert release().manifest["counts"]["left_out"] == {"tie": 3}
    kept = release({"consensus": {"ties": "keep"}})
    assert {row["sentiment"] for row in all_rows(kept).values() if row["sentiment__decided_by"] == "tie"} == {None}
    job = services.release_version(actor=viewer("lea"), slug="reviews", policy={**EVERYTHING, "consensus": {"ties": "refuse"}}, now=NOW)
    run_queued()
    job.refresh_from_db()
    assert (job.state, job.error) == ("failed", "3 examples are tied. Settle them, or let the recipe leave ties out.")
    assert DatasetVersion.objects.count() == 2


@pytest.mark.parametrize(
    ("policy", "left_out", "examples"),
    [
        ({"include": {"states": ["complete"]}}, {"state": 8}, 5),
        ({"include": {**EVERYTHING["include"], "sources": ["cinema"]}}, {"source": 5, "tie": 3}, 5),
        ({"include": {**EVERYTHING["include"], "meta": {"lab": ["north"]}}}, {"meta": 6, "tie": 2}, 5),
        ({"exclude_tags": ["borderline"]}, {"excluded_tag": 1, "tie": 3}, 9),
        ({"consensus": {"min_labels": 4}}, {"too_few_labels": 13}, 0),
        ({"consensus": {"min_confidence": 0.9}}, {"tie": 3, "low_confidence": 5}, 5),
        ({"consensus": {"method": "adjudicated"}}, {"no_answer": 13}, 0),
    ],
)
def test_what_is_left_out_is_counted_by_its_first_reason(policy, left_out, examples):
    make_state()
    preview = selectors.preview_version(viewer("lea"), "reviews", {**EVERYTHING, **policy})

    assert preview["left_out"] == left_out
    assert preview["counts"]["examples"] == examples
    assert [blocker["code"] for blocker in preview["blockers"]] == ([] if examples else ["empty"])


def test_a_preview_writes_nothing_and_agrees_with_the_version():
    make_state()
    before = (Job.objects.count(), AuditEvent.objects.count(), VersionFile.objects.count())
    preview = selectors.preview_version(viewer("lea"), "reviews", EVERYTHING)

    assert (Job.objects.count(), AuditEvent.objects.count(), VersionFile.objects.count()) == before
    counts = release().manifest["counts"]
    assert {name: counts[name] for name in preview["counts"]} == preview["counts"]


def test_groups_are_never_torn_apart():
    make_state()
    version = release({"group_by": "meta.lab", "splits": {"train": 0.5, "test": 0.5}, "consensus": {"ties": "keep"}})
    splits: dict = {}
    for row in all_rows(version).values():
        splits.setdefault(row["meta.lab"], set()).add(row["split"])

    assert all(len(found) == 1 for lab, found in splits.items() if lab is not None)


def test_later_versions_keep_the_splits_of_an_earlier_one_and_deal_only_what_is_new():
    make_state()
    first = release({"splits": {"train": 0.6, "test": 0.4}, "seed": 1})
    make_examples(make_or_get(), 5, prefix="new")
    for name in ("ada", "ben", "cleo"):
        for _ in range(5):
            label_next(name, {"sentiment": "pos"})
    second = release({"splits": {"train": 0.6, "test": 0.4}, "seed": 2, "keep_splits_of": 1})
    before, after = read_splits(first), read_splits(second)

    assert {key: after[key] for key in before} == before
    assert len(after) == len(before) + 5
    diff = diff_versions(first, second)
    assert (diff.added, diff.removed, diff.relabelled, diff.moved_split) == (5, 0, 0, 0)
    assert diff.changes[0]["changes"] == ["added"]


def make_or_get():
    from labelling.projects.models import Project

    return Project.objects.get(slug="reviews")


def test_splits_that_cannot_be_kept_are_said_before():
    make_state()
    release({"splits": {"train": 0.6, "held_out": 0.4}})
    names = selectors.preview_version(viewer("lea"), "reviews", {**EVERYTHING, "keep_splits_of": 1})
    groups = {**EVERYTHING, "keep_splits_of": 1, "group_by": "meta.lab", "splits": {"train": 0.6, "held_out": 0.4}}
    torn = selectors.preview_version(viewer("lea"), "reviews", groups)

    assert [blocker["code"] for blocker in names["blockers"]] == ["split_names"]
    assert [blocker["code"] for blocker in torn["blockers"]] == ["straddling"]


def test_a_relabelled_example_and_one_that_moved_are_told_apart():
    make_state()
    first = release({"seed": 1, "splits": {"train": 0.5, "test": 0.5}})
    settle("z", outcome="answer", value={"sentiment": "mix"})
    second = release({"seed": 2, "splits": {"train": 0.5, "test": 0.5}})
    diff = diff_versions(first, second)
    before, after = read_splits(first), read_splits(second)

    assert diff.relabelled == 1
    assert diff.moved_split == sum(before[key] != after[key] for key in before)
    [change] = [change for change in diff.changes if change["key"] == "z"]
    assert (change["from"]["answers"]["sentiment"], change["to"]["answers"]["sentiment"]) == ("neg", "mix")


def test_near_copies_across_splits_are_warned_of():
    project = make_project()
    for number, text in enumerate(["Good film!", "good  film", "GOOD FILM"] * 4):
        [example] = make_examples(project, 1)
        type(example).objects.filter(pk=example.pk).update(data={"text": text}, key=f"k{number:02}")
    for name in ("ada", "ben", "cleo"):
        for _ in range(12):
            label_next(name)
    preview = selectors.preview_version(viewer("lea"), "reviews", {})

    assert (preview["near_copies"]["groups"], preview["near_copies"]["examples"]) == (1, 12)
    assert "near_copies" in [warning["code"] for warning in preview["warnings"]]


@pytest.mark.parametrize(
    ("policy", "field"),
    [
        ({"splits": {"train": 0.5, "test": 0.4}}, "splits"),
        ({"splits": {"Train": 1.0}}, "splits"),
        ({"splits": {"labels": 1.0}}, "splits"),
        ({"splits": {"train": float("nan")}}, "splits"),
        ({"consensus": {"method": "dice"}}, "consensus.method"),
        ({"consensus": {"min_labels": True}}, "consensus.min_labels"),
        ({"consensus": "majority"}, "consensus"),
        ({"include": {"states": []}}, "include.states"),
        ({"include": {"sources": ["nowhere"]}}, "include.sources"),
        ({"exclude_tags": ["sarcasm"]}, "exclude_tags"),
        ({"group_by": "patient"}, "group_by"),
        ({"keep_splits_of": 9}, "keep_splits_of"),
        ({"seed": -1}, "seed"),
        ({"formats": ["xlsx"]}, "formats"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_policy_that_cannot_be_is_refused_by_field_and_starts_nothing(policy, field):
    make_project()
    with pytest.raises(Invalid) as refused:
        services.release_version(actor=viewer("lea"), slug="reviews", policy=policy, now=NOW)

    assert list(refused.value.fields) == [field]
    assert Job.objects.count() == 0


def test_labellers_release_nothing():
    make_project()
    with pytest.raises(NotAllowed):
        services.release_version(actor=viewer("ada"), slug="reviews", policy={}, now=NOW)
    with pytest.raises(NotAllowed):
        selectors.preview_version(viewer("ada"), "reviews", {})
    assert Job.objects.count() == 0


@pytest.mark.both_databases
def test_a_version_cannot_be_changed_by_the_orm_nor_by_sql():
    make_state()
    version = release()
    with pytest.raises(AppendOnlyError):
        version.save()
    with pytest.raises(AppendOnlyError):
        VersionFile.objects.filter(version=version).update(sha256="0" * 64)
    with pytest.raises(AppendOnlyError):
        version.delete()
    for table in ("datasetversion", "versionfile"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE labelling_{table} SET id = id")

    assert DatasetVersion.objects.get().digest == version.digest


def test_a_second_attempt_finds_the_version_that_the_first_one_made():
    make_state()
    job = services.release_version(actor=viewer("lea"), slug="reviews", policy=EVERYTHING, now=NOW)
    claimed = claim(job_id=str(job.pk), now=NOW)
    result = services.run_release(claimed)  # and its worker dies before the job is written down as done
    Job.objects.filter(pk=job.pk).update(state="queued", claim=None)
    run_queued()
    job.refresh_from_db()

    assert job.state == "done"
    assert job.result == result
    assert DatasetVersion.objects.count() == 1


def test_an_attempt_that_lost_its_claim_writes_no_version():
    make_state()
    job = services.release_version(actor=viewer("lea"), slug="reviews", policy=EVERYTHING, now=NOW)
    claimed = claim(job_id=str(job.pk), now=NOW)
    Job.objects.filter(pk=job.pk).update(state="queued", claim=None)
    with pytest.raises(Exception, match=str(job.pk)), transaction.atomic():
        services.run_release(claimed)

    assert DatasetVersion.objects.count() == 0
    assert VersionFile.objects.count() == 0


def test_verify_names_the_file_that_was_tampered_with(media_folder, capsys):
    make_state()
    version = release()
    call_command("verify_version", "reviews", "1")
    assert "is what was released" in capsys.readouterr().out

    file = VersionFile.objects.get(version=version, name="train.csv")
    path = media_folder / file.storage_name
    path.chmod(0o644)
    path.write_bytes(path.read_bytes().replace(b"pos", b"neg", 1))
    with pytest.raises(CommandError, match="not what was released"):
        call_command("verify_version", "reviews", "1")
    wrong = [line for line in capsys.readouterr().out.splitlines() if not line.endswith(": holds")]
    assert [line.partition(":")[0] for line in wrong] == ["train.csv", "manifest.json", "SHA256SUMS (its lines)", "digest"]

    path.unlink()
    with pytest.raises(CommandError):
        call_command("verify_version", "reviews", "1")
    assert "train.csv: is gone from storage" in capsys.readouterr().out


def test_sha256sums_hold_in_a_folder_downloaded_elsewhere(tmp_path):
    make_state()
    version = release()
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    for file in selectors.list_files(version):
        (folder / file.name).write_bytes(content(version, file.name))
    done = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=folder, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout + done.stderr
    assert len(done.stdout.splitlines()) == len(list(folder.iterdir())) - 1
    manifest = json.loads((folder / "manifest.json").read_text())
    data = {file["name"]: hashlib.sha256((folder / file["name"]).read_bytes()).hexdigest() for file in manifest["files"]}
    assert data == {file["name"]: file["sha256"] for file in manifest["files"]}


def test_provenance_is_prov_json_in_which_every_link_has_both_its_ends():
    make_state()
    found = json.loads(content(release(), "provenance.json"))
    ends = {
        "wasGeneratedBy": ("entity", "activity"), "used": ("activity", "entity"), "wasAssociatedWith": ("activity", "agent"),
        "wasDerivedFrom": ("generatedEntity", "usedEntity"), "hadMember": ("collection", "entity"), "wasAttributedTo": ("entity", "agent"),
    }  # fmt: skip
    kind = {"generatedEntity": "entity", "usedEntity": "entity", "collection": "entity"}

    assert found.keys() >= {"prefix", "entity", "activity", "agent", "wasGeneratedBy", "used", "wasAssociatedWith", "wasDerivedFrom", "hadMember"}
    for relation, (one, other) in ends.items():
        for link in found[relation].values():
            assert {f"prov:{one}", f"prov:{other}"} == link.keys()
            assert all(link[f"prov:{end}"] in found[kind.get(end, end)] for end in (one, other))
    assert {"wb:labeller-0002", "wb:labeller-0003", "wb:labeller-0004"} <= found["agent"].keys()
    assert not {"ada", "ben", "cleo", "lea"} & set(re.findall(r"\w+", json.dumps(found)))


def test_a_recall_is_said_once_and_names_who_pulled():
    make_state()
    version = release()
    services.record_pull(actor=viewer("ben"), version=version, file_name="train.csv", status=200, now=NOW)
    told = services.recall_version(actor=viewer("lea"), slug="reviews", number=1, reason="Wrong licence.", now=NOW)

    assert [(one["user"], one["pulls"]) for one in told["consumers"]] == [("ben", 1)]
    with pytest.raises(Conflict):
        services.recall_version(actor=viewer("lea"), slug="reviews", number=1, reason="Again.", now=NOW)
    with pytest.raises(Invalid):
        services.recall_version(actor=viewer("lea"), slug="reviews", number=1, reason=" ", now=NOW)
    assert Recall.objects.get().reason == "Wrong licence."
    assert Pull.objects.count() == 1


def test_without_a_word_ratings_become_their_median_and_classes_the_majority():
    make_project(questions=[STRENGTH])
    make_project("classes")

    assert selectors.preview_version(viewer("lea"), "reviews", {})["policy"]["consensus"]["method"] == "median"
    assert selectors.preview_version(viewer("lea"), "classes", {})["policy"]["consensus"]["method"] == "majority"
    said = {"consensus": {"method": "majority"}}
    assert selectors.preview_version(viewer("lea"), "reviews", said)["policy"]["consensus"]["method"] == "majority"

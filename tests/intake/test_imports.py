import io
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from labelling import tasks
from labelling.audit import AuditEvent
from labelling.errors import Invalid, NotAllowed, NotFound, WrongContent
from labelling.intake import selectors
from labelling.intake.models import AssignQueue, Batch, Example, Media, RowError, Source
from labelling.intake.services import create_source
from labelling.intake.services import run as running
from labelling.intake.services.uploads import store_once
from labelling.jobs import services as jobs
from labelling.jobs.models import Job
from labelling.projects.models import Project, ProjectCounts
from tests import factories
from tests.intake import files
from tests.intake.files import csv_of, jsonl_of, picture, zip_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_folder")]
IMAGES = [{"field": "image", "as": "image"}]
GOOD = csv_of("id,text,lab", "a,good,north", "b,bad,south", "c,fair,north")


@pytest.fixture(autouse=True)
def project():
    return factories.make_project()


def keys() -> list[str]:
    return list(Example.objects.order_by("position").values_list("key", flat=True))


def messages(result, what: str = "errors") -> dict[int, str]:
    return {error["row"]: error["message"] for error in result[what]}


# what goes in


@pytest.mark.both_databases
def test_rows_become_examples_in_their_order(project):
    create_source(actor=factories.viewer("lea"), slug="reviews", fields={"key": "web", "name": "The web"}, now=factories.NOW)
    result = files.run(GOOD, source="web", priority=2, name="../re\x00views.csv")
    batch = Batch.objects.get()
    assert result == {
        "batch": batch.pk, "rows": 3, "added": 3, "duplicates": 0, "rejected": 0, "same_content": 0, "errors": [], "notes": [],
        "errors_url": None, "complete": True, "dry_run": False, "format": "csv",
    }  # fmt: skip
    first = Example.objects.get(key="a")
    assert (first.data, first.meta, first.state, first.priority, first.labels_wanted) == ({"text": "good"}, {"lab": "north"}, "open", 2, 3)
    assert (first.position, first.place, first.source.key, first.batch, first.has_room, first.round) == (0, 0, "web", batch, 1, 1)
    assert keys() == ["a", "b", "c"]
    assert (batch.file_name, batch.rows, batch.added, batch.imported_by.username) == ("reviews.csv", 3, 3, "lea")
    with default_storage.open(f"uploads/{project.pk}/{batch.sha256}") as kept:
        assert kept.read() == GOOD
    assert ProjectCounts.objects.get().open == 3
    assert AssignQueue.objects.get().next_position == 3
    assert AuditEvent.objects.filter(verb="imported examples", actor_name="lea").count() == 1


@pytest.mark.both_databases
def test_every_text_comes_back_as_it_was():
    texts = ["<b>bold</b> & <script>alert(1)</script>", "👩‍👩‍👧 and é", "\u202eright to left שלום", "back\\slash \\u0000 \\N", "tab\tnew\nline", "'; DROP TABLE x; --"]
    files.run(jsonl_of(*({"key": f"k{number}", "text": text} for number, text in enumerate(texts))), name="a.jsonl")
    assert [data["text"] for data in Example.objects.order_by("position").values_list("data", flat=True)] == texts


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", jsonl_of({"id": "a", "text": "x", "lab": 1}, {"id": "b", "text": "y", "lab": 2})),
        ("a.json", json.dumps([{"id": "a", "text": "x", "lab": 1}, {"id": "b", "text": "y", "lab": 2}]).encode()),
        ("a.json", json.dumps([{"id": "a", "data": {"text": "x"}, "meta": {"lab": 1}}, {"id": "b", "data": {"text": "y"}, "meta": {"lab": 2}}]).encode()),
    ],
)
def test_json_formats_import_alike(name, content):
    assert files.run(content, name=name)["added"] == 2
    assert [(row.key, row.data, row.meta) for row in Example.objects.order_by("position")] == [
        ("a", {"text": "x"}, {"lab": 1}), ("b", {"text": "y"}, {"lab": 2})]  # fmt: skip


def test_parquet_is_imported_and_a_number_for_a_text_is_named():
    out = io.BytesIO()
    pq.write_table(pa.table({"id": [1, 2], "text": ["x", "y"], "day": pa.array([0, 1], pa.date32())}), out)
    assert files.run(out.getvalue(), name="a.parquet")["added"] == 2
    assert Example.objects.get(key="2").meta == {"day": "1970-01-02"}
    out = io.BytesIO()
    pq.write_table(pa.table({"id": [3], "text": [3.5]}), out)
    assert messages(files.run(out.getvalue(), name="b.parquet")) == {1: "The column text holds a number; a text is wanted."}


def test_what_is_wanted_follows_the_project_as_it_stands(project):
    Project.objects.filter(pk=project.pk).update(labels_per_example=5)
    files.run(GOOD)
    assert set(Example.objects.values_list("labels_wanted", flat=True)) == {5}


def test_a_shuffled_project_gives_every_example_a_place_of_its_own():
    factories.make_project("mixed", order="shuffled", seed=7)
    files.run(csv_of("id,text", *(f"{number},t{number}" for number in range(200))), slug="mixed")
    places = list(Example.objects.order_by("position").values_list("place", flat=True))
    assert len(set(places)) == 200
    assert places != sorted(places)
    assert AssignQueue.objects.get(project__slug="mixed").epoch == 1


def test_cursors_start_anew_when_something_more_urgent_arrives():
    files.run(csv_of("id,text", "a,x"))
    files.run(csv_of("id,text", "b,x"))
    assert AssignQueue.objects.get().epoch == 0
    files.run(csv_of("id,text", "c,x"), priority=1)
    assert AssignQueue.objects.get().epoch == 1
    files.run(csv_of("id,text", "d,x"), priority=-1)
    assert AssignQueue.objects.get().epoch == 1


# duplicates


@pytest.mark.both_databases
def test_the_same_file_twice_adds_nothing():
    content = csv_of("id,text", *(f"{number},text {number % 7}" for number in range(50)))
    assert files.run(content)["added"] == 50
    before = list(Example.objects.values_list())
    result = files.run(content)
    assert (result["rows"], result["added"], result["duplicates"], result["rejected"], result["errors"]) == (50, 0, 50, 0, [])
    assert list(Example.objects.values_list()) == before
    assert ProjectCounts.objects.get().open == 50


def test_a_file_without_keys_twice_adds_nothing():
    content = csv_of("text", "one", "two", "one")
    result = files.run(content)
    assert (result["added"], result["duplicates"]) == (2, 1)
    assert messages(result, "notes")[3].endswith("is in this file twice, with the same content. It was taken once.")
    assert files.run(content)["duplicates"] == 3


@pytest.mark.both_databases
def test_keys_that_repeat_are_named_and_the_first_one_stays(monkeypatch):
    monkeypatch.setattr(running, "CHUNK", 2)
    result = files.run(csv_of("id,text", "a,one", "b,two", "a,one", "c,three", "a,other", "c,other"))
    assert (result["added"], result["duplicates"], result["rejected"]) == (3, 1, 2)
    assert messages(result) == {
        5: "The key a is in this file twice, with other content. The first one was taken.",
        6: "The key c is in this file twice, with other content. The first one was taken.",
    }
    assert messages(result, "notes") == {3: "The key a is in this file twice, with the same content. It was taken once."}
    assert Example.objects.get(key="a").data == {"text": "one"}


def test_a_known_key_with_other_content_is_refused():
    files.run(GOOD)
    result = files.run(csv_of("id,text", "a,changed", "d,new"))
    assert (result["added"], result["rejected"]) == (1, 1)
    assert messages(result) == {1: "There is an example with the key a already, with other content. Give this one a key of its own."}
    assert Example.objects.get(key="a").data == {"text": "good"}


def test_other_keys_with_the_same_content_are_added_and_named():
    files.run(csv_of("id,text", "a,one"))
    result = files.run(csv_of("id,text", "b,one", "c,two", "d,two"))
    assert (result["added"], result["same_content"], result["rejected"]) == (3, 2, 0)
    assert messages(result, "notes") == {1: "b has the same content as a. Both were taken.", 3: "d has the same content as c. Both were taken."}


# dry run


@pytest.mark.both_databases
def test_a_dry_run_says_the_same_and_writes_nothing(monkeypatch):
    monkeypatch.setattr(running, "CHUNK", 2)
    content = csv_of("id,text", "a,one", "b,one", "a,one", "a,two", "c,", "d,three")
    dry = files.run(content, dry_run="true")
    assert (Example.objects.count(), Batch.objects.count(), ProjectCounts.objects.get().open) == (0, 0, 0)
    assert AssignQueue.objects.get().next_position == 0
    assert (dry["batch"], dry["dry_run"]) == (None, True)
    wet = files.run(content)
    same = ("rows", "added", "duplicates", "rejected", "same_content", "errors", "notes")
    assert {name: dry[name] for name in same} == {name: wet[name] for name in same}
    assert (wet["added"], wet["duplicates"], wet["rejected"], wet["same_content"]) == (3, 1, 2, 1)


def test_a_dry_run_of_pictures_stores_no_picture(media_folder: Path):
    factories.make_project("shapes", display=IMAGES)
    assert files.run(zip_of({"a.png": picture()}), slug="shapes", dry_run=True)["added"] == 1
    assert Media.objects.count() == 0
    assert not (media_folder / "media").exists()


# bad rows


def test_bad_rows_are_named_and_the_others_go_in():
    result = files.run(csv_of("id,text", "a,good", "b", "c,x,y", ",nokey", "d,", "e,fine", "f\x07,control", "g,nul\x00l", "x" * 201 + ",long"))
    assert keys() == ["a", "e"]
    assert (result["added"], result["rejected"]) == (2, 7)
    assert [(error["row"], error["column"]) for error in result["errors"]] == [
        (2, ""), (3, ""), (4, "id"), (5, "text"), (7, "id"), (8, "text"), (9, "id")]  # fmt: skip


def test_a_hundred_errors_are_in_the_result_and_all_in_the_file():
    result = files.run(csv_of("id,text", *(f"{number}," for number in range(250)), "ok,fine"))
    assert (len(result["errors"]), result["rejected"], result["added"]) == (100, 250, 1)
    lines = list(selectors.each_row_error(factories.viewer("lea"), "reviews", Job.objects.get().id))
    assert len(lines) == 251
    assert lines[:2] == [["row", "column", "left_out", "message"], ["1", "text", "yes", "The column text is empty. Fill it or delete the row."]]


def test_nothing_in_the_file_of_errors_is_run_by_a_spreadsheet():
    files.run(csv_of("id,text", "a,x", "=1+1,x"))
    lines = list(selectors.each_row_error(factories.viewer("lea"), "reviews", Job.objects.get().id))
    assert lines[1] == ["2", "", "no", "'=1+1 has the same content as a. Both were taken."]


def test_a_file_that_breaks_off_says_so_and_keeps_what_came_before():
    result = files.run(b'[{"id": "a", "text": "x"}, {"id": "b", "text": "y"}, {"id": "c", "te', name="a.json")
    assert (result["added"], result["rejected"], result["complete"]) == (2, 1, False)
    assert "Nothing after it was read." in messages(result)[3]


@pytest.mark.parametrize(
    ("content", "options", "error", "field", "words"),
    [
        (b"", {}, WrongContent, "file", "0 bytes"),
        ("id,text\n1,caf\u00e9\n".encode("latin-1"), {}, WrongContent, "file", "0xE9"),
        (csv_of("id,sentence", "1,a"), {}, WrongContent, "file", "missing: text. Its columns: id, sentence."),
        (csv_of("id,text,text", "1,a,b"), {}, WrongContent, "file", "twice"),
        (GOOD, {"mapping": '{"key": "nr"}'}, WrongContent, "file", "missing: nr"),
        (GOOD, {"mapping": "{"}, Invalid, "mapping", "not JSON"),
        (GOOD, {"mapping": "[1]"}, Invalid, "mapping", "object"),
        (GOOD, {"format": "xml"}, Invalid, "format", "one of"),
        (GOOD, {"format": "parquet"}, WrongContent, "file", "Parquet"),
        (GOOD, {"format": "zip"}, WrongContent, "file", "ZIP"),
        (GOOD, {"format": "json"}, WrongContent, "file", "not a list"),
        (GOOD, {"source": "nowhere"}, Invalid, "source", "no source nowhere"),
        (GOOD, {"source": "a\x00"}, Invalid, "source", "no source"),
        (GOOD, {"priority": "high"}, Invalid, "priority", "whole number"),
        (GOOD, {"priority": 10**30}, Invalid, "priority", "whole number"),
        (GOOD, {"dry_run": "maybe"}, Invalid, "dry_run", "true or false"),
        (picture(), {"name": "a.png"}, WrongContent, "file", "single picture"),
        (zip_of({"../a.png": b"x"}), {"name": "a.zip"}, WrongContent, "file", "missing: text"),
    ],
)  # fmt: skip
def test_what_cannot_be_imported_at_all_is_refused_before_a_job_exists(media_folder, content, options, error, field, words):
    with pytest.raises(error) as caught:
        files.start(content, **options)
    assert words in caught.value.message
    assert list(caught.value.fields) == [field]
    assert (Job.objects.count(), Example.objects.count(), Batch.objects.count()) == (0, 0, 0)
    assert not media_folder.exists() or list(media_folder.rglob("*")) == []


def test_only_leads_import():
    with pytest.raises(NotAllowed):
        files.start(GOOD, actor="ada")
    with pytest.raises(NotFound):
        files.start(GOOD, actor="mallory")
    assert Job.objects.count() == 0


# pictures


def test_a_zip_of_pictures_becomes_examples(media_folder: Path):
    shapes = factories.make_project("shapes", display=[*IMAGES, {"field": "title", "as": "text"}])
    archive = zip_of({
        "a/red.png": picture("red"), "a/blue.jpg": picture("blue", format="JPEG"), "a/red again.png": picture("red"),
        "metadata.jsonl": jsonl_of({"file_name": "a/red.png", "title": "Red", "lab": 1}, {"file_name": "a/blue.jpg", "title": "Blue"},
                                   {"file_name": "a/red again.png", "title": "Red", "id": "again"}),
    })  # fmt: skip
    result = files.run(archive, slug="shapes", name="a.zip")
    assert (result["added"], result["same_content"], result["rejected"]) == (3, 1, 0)
    assert keys() == ["a/red.png", "a/blue.jpg", "again"]
    red = Example.objects.get(key="a/red.png")
    assert red.meta == {"lab": 1}
    stored = Media.objects.get(content_type="image/png")
    assert red.data == {"image": f"{stored.sha256}.png", "title": "Red"}
    assert (stored.width, stored.height, stored.bytes, stored.project) == (8, 6, len(picture("red")), shapes)
    assert (media_folder / "media" / str(shapes.pk) / stored.sha256[:2] / f"{stored.sha256}.png").read_bytes() == picture("red")
    assert selectors.render_data(shapes, red.data)["image"] == f"/projects/shapes/media/{stored.sha256}.png"
    assert files.run(archive, slug="shapes", name="a.zip")["duplicates"] == 3
    assert Media.objects.count() == 2


def test_hostile_and_broken_files_of_a_zip_are_named_and_the_others_go_in(media_folder: Path):
    from tests.intake.test_sniff import png_header

    factories.make_project("shapes", display=IMAGES)
    archive = zip_of([
        ("../../escape.png", picture()), ("/tmp/escape.png", picture()), ("bomb.png", b"\x00" * 5_000_000), ("cut.png", picture()[:40]),
        ("huge.png", png_header(30_000, 30_000)), ("script.svg", b"<svg onload='alert(1)'/>"), ("nested.zip", zip_of({"a.png": picture()})),
        ("notes.txt", b"hello"), ("fine.png", picture()),
    ])  # fmt: skip
    result = files.run(archive, slug="shapes", name="a.zip")
    assert (result["added"], result["rejected"]) == (1, 8)
    assert keys() == ["fine.png"]
    said = messages(result)
    for row, words in enumerate([".. in its name", "absolute path", "ZIP bomb", "cut off", "900,000,000 pixels", "can hold scripts", "archive inside", "no picture"], start=1):
        assert words in said[row]
    written = [path.name for path in media_folder.rglob("*") if path.is_file()]
    assert len(written) == 2  # the archive and one picture
    assert not Path("/tmp/escape.png").exists()


def test_pictures_come_as_data_addresses_too_and_by_the_name_of_one_that_is_there():
    import base64

    factories.make_project("shapes", display=IMAGES)
    address = "data:image/png;base64," + base64.b64encode(picture()).decode()
    rows = [{"id": "a", "image": address}, {"id": "b", "image": "data:image/png;base64,%%%"}, {"id": "c", "image": "https://example.org/a.png"}, {"id": "d", "image": 3}]
    result = files.run(jsonl_of(*rows), slug="shapes", name="a.jsonl")
    assert (result["added"], result["rejected"]) == (1, 3)
    stored = Example.objects.get().data["image"]
    result = files.run(csv_of("id,image", f"e,{stored}", f"f,{'0' * 64}.png"), slug="shapes")
    assert (result["added"], result["rejected"]) == (1, 1)


def test_pictures_inside_parquet_are_taken():
    factories.make_project("shapes", display=IMAGES)
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([{"id": "a", "image": {"bytes": picture(), "path": "a.png"}}, {"id": "b", "image": {"bytes": b"no", "path": "b"}}]), out)
    result = files.run(out.getvalue(), slug="shapes", name="a.parquet")
    assert (result["added"], result["rejected"]) == (1, 1)


def test_sounds_are_imported():
    from tests.intake.test_sniff import WAV

    factories.make_project("sounds", display=[{"field": "sound", "as": "audio"}])
    result = files.run(zip_of({"a.wav": WAV, "b.png": picture()}), slug="sounds")
    assert (result["added"], result["rejected"]) == (1, 1)
    assert Media.objects.get().content_type == "audio/wav"


def test_half_a_file_in_storage_is_replaced(media_folder: Path):
    name = "media/1/ab/abc.png"
    (media_folder / "media/1/ab").mkdir(parents=True)
    (media_folder / name).write_bytes(b"hal")
    store_once(name, io.BytesIO(b"half"), 4)
    assert (media_folder / name).read_bytes() == b"half"


# jobs that are killed


class Killed(BaseException):
    """Stands for kill -9: nothing in the product catches it."""


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_killed_import_goes_on_where_it_stood_and_doubles_nothing(monkeypatch, at):
    monkeypatch.setattr(running, "CHUNK", 10)
    content = csv_of("id,text", *(f"{number},t{number}" for number in range(25)), "bad", "3,other")
    job = files.start(content)
    calls, inside = [], jobs.Claimed.checkpoint

    def dies(self, **said):
        calls.append(said)
        if len(calls) == at:
            raise Killed
        inside(self, **said)

    monkeypatch.setattr(jobs.Claimed, "checkpoint", dies)
    with pytest.raises(Killed):
        tasks.run_queued()
    monkeypatch.setattr(jobs.Claimed, "checkpoint", inside)
    assert Example.objects.count() == (at - 1) * 10  # the chunk that died is not there by half
    assert jobs.reap(now=timezone.now()) == []
    jobs.reap(now=timezone.now() + 2 * jobs.SILENT_AFTER)  # its worker is silent: queued again
    tasks.run_queued()
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("done", 2)
    assert (job.result["rows"], job.result["added"], job.result["rejected"]) == (27, 25, 2)
    assert list(Example.objects.order_by("position").values_list("position", flat=True)) == list(range(25))
    assert (Batch.objects.count(), Batch.objects.get().added, RowError.objects.count(), ProjectCounts.objects.get(project__slug="reviews").open) == (1, 25, 2, 25)
    assert (job.done, job.total) == (27, 27)


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_an_attempt_that_was_taken_for_dead_writes_nothing_more(monkeypatch):
    monkeypatch.setattr(running, "CHUNK", 10)
    job = files.start(csv_of("id,text", *(f"{number},t{number}" for number in range(25))))
    claimed = jobs.claim(job_id=str(job.id), now=timezone.now())
    inside = jobs.Claimed.checkpoint

    def given_away(self, **said):
        if said["done"] == 20:
            Job.objects.filter(id=job.id).update(state="queued", claim=None)
        inside(self, **said)

    monkeypatch.setattr(jobs.Claimed, "checkpoint", given_away)
    with pytest.raises(jobs.LostClaim):
        running.import_file(claimed)
    monkeypatch.setattr(jobs.Claimed, "checkpoint", inside)
    assert Example.objects.count() == 10
    jobs.reap(now=timezone.now() + 2 * jobs.SILENT_AFTER)
    tasks.run_queued()
    job.refresh_from_db()
    assert (job.state, job.result["added"], Example.objects.count()) == ("done", 25, 25)


def test_a_dry_run_that_was_broken_off_starts_anew():
    job = files.start(csv_of("id,text", "a,", "b,x"), dry_run=True)
    RowError.objects.create(job=job, row=1, message="from the first attempt")
    tasks.run_queued()
    job.refresh_from_db()
    assert (job.result["rows"], len(job.result["errors"])) == (2, 1)


def test_a_file_that_left_storage_fails_the_job_in_words(media_folder: Path):
    job = files.start(GOOD)
    for path in media_folder.rglob("*"):
        if path.is_file():
            path.unlink()
    tasks.run_queued()
    job.refresh_from_db()
    assert (job.state, job.error) == ("failed", "The uploaded file is no longer in storage. Upload it again.")
    assert (Example.objects.count(), Batch.objects.count()) == (0, 0)


# sources


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"key": "a b"}, "key"), ({"name": ""}, "name"), ({"name": "a\x00"}, "name"), ({"origin": "moon"}, "origin"), ({"collected_from": "yesterday"}, "collected_from"),
        ({"collected_from": "2026-02-01", "collected_to": "2026-01-01"}, "collected_to"), ({"cost_per_example": -1}, "cost_per_example"),
        ({"cost_per_example": "NaN", "currency": "EUR"}, "cost_per_example"), ({"cost_per_example": 1}, "currency"), ({"currency": "euro"}, "currency"),
        ({"expected_every": "weekly"}, "expected_every"), ({"expected_every": "P"}, "expected_every"), ({"colour": "red"}, "colour"),
    ],
)  # fmt: skip
def test_a_source_that_makes_no_sense_is_refused(change, field):
    with pytest.raises(Invalid) as caught:
        create_source(actor=factories.viewer("lea"), slug="reviews", fields={"key": "web", "name": "The web", **change}, now=factories.NOW)
    assert field in caught.value.fields
    assert Source.objects.count() == 0

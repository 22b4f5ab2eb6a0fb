"""Dataset versions over the API, name by name."""

import io
import json

import pyarrow.parquet as pq
import pytest

from labelling.access import Role
from labelling.jobs.models import Job
from labelling.projects import services as projects
from labelling.release.models import DatasetVersion, Pull, VersionFile
from labelling.release.ranges import Part, asked_part
from labelling.tasks import run_queued
from tests.factories import NOW, api, make_project, make_token, viewer
from tests.release.state import EVERYTHING, make_state, release, settle

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_folder")]
URL = "/api/v1/projects/reviews/versions/"


def body(response) -> bytes:
    return b"".join(response.streaming_content)


def test_a_version_is_released_by_a_job_and_found_again():
    make_state()
    lea = api("lea")
    answer = lea.post(URL, EVERYTHING)
    assert answer.status_code == 202
    run_queued()
    job = lea.get(answer.json()["job"]["url"]).json()

    assert job["state"] == "done"
    assert job["result"].keys() == {"version", "digest"}
    [listed] = lea.get(URL).json()["results"]
    assert (listed["version"], listed["digest"], listed["created_by"]) == (1, job["result"]["digest"], "lea")
    manifest = lea.get(f"{URL}1/").json()
    assert manifest["digest"] == job["result"]["digest"]
    assert manifest["recall"] is None
    assert json.loads(body(lea.get(f"{URL}1/files/manifest.json")))["files"] == manifest["files"]


def test_a_preview_answers_200_and_writes_nothing():
    make_state()
    answer = api("lea").post(f"{URL}?preview=true", EVERYTHING)

    assert answer.status_code == 200
    assert answer.json().keys() >= {"counts", "splits", "by_class", "left_out", "decided_by", "blockers", "warnings", "near_copies"}
    assert Job.objects.count() == DatasetVersion.objects.count() == 0
    assert api("lea").post(f"{URL}?preview=maybe", EVERYTHING).status_code == 400


def test_a_download_has_an_etag_and_can_be_taken_up_again():
    make_state()
    version = release()
    file = VersionFile.objects.get(version=version, name="train.parquet")
    lea, url = api("lea"), f"{URL}1/files/train.parquet"
    whole = lea.get(url)
    content = body(whole)

    assert whole.status_code == 200
    assert whole["ETag"] == f'"{file.sha256}"'
    assert (whole["Accept-Ranges"], whole["Content-Length"]) == ("bytes", str(file.bytes))
    assert (whole["X-Content-Type-Options"], whole["Content-Disposition"]) == ("nosniff", 'attachment; filename="train.parquet"')
    assert pq.read_table(io.BytesIO(content)).num_rows == file.rows
    part = lea.get(url, headers={"Range": "bytes=100-199"})
    assert (part.status_code, part["Content-Range"]) == (206, f"bytes 100-199/{file.bytes}")
    assert body(part) == content[100:200]
    assert body(lea.get(url, headers={"Range": "bytes=-8"})) == content[-8:]
    assert body(lea.get(url, headers={"Range": "bytes=100-", "If-Range": whole["ETag"]})) == content[100:]
    assert lea.get(url, headers={"Range": "bytes=100-", "If-Range": '"another"'}).status_code == 200
    beyond = lea.get(url, headers={"Range": f"bytes={file.bytes}-"})
    assert (beyond.status_code, beyond["Content-Range"], beyond.json()["code"]) == (416, f"bytes */{file.bytes}", "range_not_satisfiable")
    had = lea.get(url, headers={"If-None-Match": f'W/"x", {whole["ETag"]}'})
    assert (had.status_code, had.content, had["ETag"]) == (304, b"", whole["ETag"])


def test_head_says_what_a_download_would_be_and_is_none():
    make_state()
    release()
    answer = api("lea").head(f"{URL}1/files/train.csv")

    assert answer.status_code == 200
    assert answer.content == b""
    assert answer["Content-Length"] == str(VersionFile.objects.get(name="train.csv").bytes)
    assert Pull.objects.count() == 0


def test_every_download_is_in_the_ledger_under_its_tokens_name():
    make_state()
    release()
    lea = api("lea", scopes=["read"])
    whole = lea.get(f"{URL}1/files/train.csv")
    lea.get(f"{URL}1/files/train.csv", headers={"Range": "bytes=0-9"})
    lea.get(f"{URL}1/files/train.csv", headers={"If-None-Match": whole["ETag"]})
    lea.get(f"{URL}1/files/nothing.csv")
    found = lea.get(f"{URL}1/pulls/").json()["results"]

    assert [(row["file"], row["user"], row["token"], row["status"], row["range"]) for row in found] == [
        ("train.csv", "lea", "lea's", 304, ""),
        ("train.csv", "lea", "lea's", 206, "bytes=0-9"),
        ("train.csv", "lea", "lea's", 200, ""),
    ]


def test_a_recalled_version_stays_downloadable_with_a_warning():
    make_state()
    release()
    lea = api("lea")
    assert "Warning" not in lea.get(f"{URL}1/files/train.csv").headers
    told = lea.post(f"{URL}1/recall/", {"reason": 'Patient "7"\nobjected \u2014 sorry'})

    assert told.status_code == 200
    assert [(one["user"], one["token"]) for one in told.json()["consumers"]] == [("lea", "lea's")]
    again = lea.get(f"{URL}1/files/train.csv")
    assert again.status_code == 200
    assert again["Warning"].startswith('299 - "Version 1 was recalled on ')
    assert again["Warning"].endswith("Patient '7' objected ? sorry\"")
    assert lea.get(f"{URL}1/").json()["recall"]["reason"].startswith("Patient")
    assert lea.post(f"{URL}1/recall/", {"reason": "again"}).status_code == 409
    assert lea.post(f"{URL}1/recall/", {}).status_code == 400


def test_a_diff_is_counted_and_paged():
    make_state()
    release({"splits": {"train": 1.0}})
    settle("z", outcome="answer", value={"sentiment": "mix"})
    settle("_c", outcome="answer", value={"sentiment": "mix"})
    release({"splits": {"train": 1.0}})
    lea = api("lea")
    answer = lea.get(f"{URL}2/diff/?from=1&page_size=1").json()

    assert {name: answer[name] for name in ("added", "removed", "relabelled", "moved_split")} == {
        "added": 1, "removed": 0, "relabelled": 1, "moved_split": 0,
    }  # fmt: skip
    assert [change["key"] for change in answer["changes"]["results"]] == ["_c"]
    further = lea.get(answer["changes"]["next"]).json()["changes"]
    assert [(change["key"], change["changes"]) for change in further["results"]] == [("z", ["relabelled"])]
    assert further["next"] is None
    assert lea.get(further["previous"]).json()["changes"]["results"][0]["key"] == "_c"
    for wrong in ("", "?from=x", "?from=9", "?from=1&cursor=%00", "?from=1&cursor=nonsense"):
        assert lea.get(f"{URL}2/diff/{wrong}").status_code in (400, 404)


DOORS = [
    ("get", "", 200, 200, 403, 404),
    ("get", "1/", 200, 200, 403, 404),
    ("get", "1/diff/?from=1", 200, 200, 403, 404),
    ("get", "1/files/train.csv", 200, 200, 403, 404),
    ("get", "1/pulls/", 200, 200, 403, 404),
    ("post", "", 202, 403, 403, 404),
    ("post", "?preview=true", 200, 403, 403, 404),
    ("post", "1/recall/", 200, 403, 403, 404),
]


@pytest.mark.parametrize(("method", "path", "lead", "reader", "labeller", "stranger"), DOORS)
def test_each_door_opens_to_those_it_is_for(method, path, lead, reader, labeller, stranger):
    make_state()
    release()
    make_project("elsewhere", owner="mallory", labellers=())
    projects.add_member(actor=viewer("lea"), slug="reviews", username="ben", role=Role.LEAD, now=NOW)
    clients = {"labeller": api("ada"), "reader": api("ben", scopes=["read"]), "stranger": api("mallory"), "nobody": api(None), "lead": api("ben")}
    before = DatasetVersion.objects.count()

    def ask(name):
        return getattr(clients[name], method)(URL + path, {"reason": "x"} if "recall" in path else EVERYTHING if method == "post" else None).status_code

    wanted = {"labeller": labeller, "reader": reader, "stranger": stranger, "nobody": 401, "lead": lead}
    assert {name: ask(name) for name in clients} == wanted
    assert DatasetVersion.objects.count() == before


def test_a_token_of_another_project_finds_nothing():
    project = make_state()
    release()
    other = make_project("elsewhere", owner="lea", labellers=())
    client = api("lea", project_id=other.pk)

    assert client.get(f"{URL}1/files/train.csv").status_code == 404
    assert Pull.objects.count() == 0
    assert make_token("lea", project_id=project.pk)


@pytest.mark.parametrize("number", ["0", "2", "99999999999", "x", "-1", "1.0", "\u0661"])
def test_a_version_that_is_not_there_is_404(number):
    make_state()
    release()
    assert api("lea").get(f"{URL}{number}/").status_code == 404


@pytest.mark.parametrize("name", ["nothing.csv", "..", "train.csv%00", "%2e%2e%2fmanifest.json", "TRAIN.CSV"])
def test_a_file_that_is_not_there_is_404_and_no_pull(name):
    make_state()
    release()
    assert api("lea").get(f"{URL}1/files/{name}").status_code in (400, 404)
    assert Pull.objects.count() == 0


@pytest.mark.parametrize("sent", [[], "text", 5, {"splits": []}, {"consensus": {"ties": 5}}, {"note": "\ud800"}, {"seed": 1e300}, {"include": {"meta": {"a": {"b": 1}}}}])
def test_bad_policies_are_400_in_the_one_error_shape(sent):
    make_state()
    answer = api("lea").generic("POST", URL, json.dumps(sent), content_type="application/json")

    assert answer.status_code == 400
    assert answer.json().keys() >= {"code", "message", "fields"}
    assert Job.objects.count() == 0


ETAG = '"abc"'


@pytest.mark.parametrize(
    ("headers", "part"),
    [
        ({}, Part(200, 0, 10)),
        ({"range_": "bytes=0-0"}, Part(206, 0, 1)),
        ({"range_": "bytes=5-"}, Part(206, 5, 5)),
        ({"range_": "bytes=-3"}, Part(206, 7, 3)),
        ({"range_": "bytes=-99"}, Part(206, 0, 10)),
        ({"range_": "bytes=0-99"}, Part(206, 0, 10)),
        ({"range_": "bytes=10-"}, Part(416, 0, 0)),
        ({"range_": "bytes=-0"}, Part(416, 0, 0)),
        ({"range_": "bytes=5-4"}, Part(200, 0, 10)),
        ({"range_": "bytes=0-1,3-4"}, Part(200, 0, 10)),
        ({"range_": "lines=0-1"}, Part(200, 0, 10)),
        ({"range_": "bytes=-"}, Part(200, 0, 10)),
        ({"range_": "bytes=\u0661-"}, Part(200, 0, 10)),
        ({"range_": "bytes=0-1", "if_range": ETAG}, Part(206, 0, 2)),
        ({"range_": "bytes=0-1", "if_range": "Mon, 02 Mar 2026 09:00:00 GMT"}, Part(200, 0, 10)),
        ({"if_none_match": "*"}, Part(304, 0, 0)),
        ({"if_none_match": '"x", W/"abc"', "range_": "bytes=0-1"}, Part(304, 0, 0)),
        ({"if_none_match": '"x"'}, Part(200, 0, 10)),
    ],
)
def test_ranges_and_conditions_follow_the_standard(headers, part):
    assert asked_part(size=10, etag=ETAG, **headers) == part

import json
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from labelling import tasks
from labelling.intake.models import Example, Source
from labelling.intake.services import uploads
from labelling.jobs.models import Job
from tests import factories
from tests.intake import files
from tests.intake.files import csv_of, jsonl_of, picture, zip_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_folder")]
BASE = "/api/v1/projects/reviews/"
GOOD = csv_of("id,text,lab,n", "a,good,north,1", "b,bad,south,2", "c,fair,north,3")


@pytest.fixture(autouse=True)
def project():
    factories.make_project("elsewhere", owner="mallory", labellers=())
    return factories.make_project()


def post(client, content: bytes = GOOD, name: str = "words.csv", **fields):
    return client.post(f"{BASE}imports/", {"file": SimpleUploadedFile(name, content), **fields}, format="multipart")


def keys(client, query: str) -> list[str]:
    return [row["key"] for row in client.get(f"{BASE}examples/{query}").json()["results"]]


def test_a_source_is_created_and_listed():
    lea = factories.api("lea")
    fields = {
        "key": "web", "name": "The web", "owner": "Lea", "licence": "CC BY 4.0", "origin": "third_party", "collected_from": "2026-01-01", "collected_to": "2026-02-01T12:00:00Z",
        "cost_per_example": 0.05, "currency": "EUR", "expected_every": "P1W", "notes": "None.",
    }  # fmt: skip
    answer = lea.post(f"{BASE}sources/", fields)
    assert answer.status_code == 201
    assert {**answer.json(), "created_at": None} == {**fields, "collected_from": "2026-01-01T00:00:00Z", "created_at": None}
    assert [row["key"] for row in lea.get(f"{BASE}sources/").json()["results"]] == ["web"]
    again = lea.post(f"{BASE}sources/", fields)
    assert (again.status_code, again.json()["fields"]) == (409, {"key": ["This key is taken. Choose another."]})
    assert Source.objects.count() == 1


@pytest.mark.parametrize("body", [[], "text", {}, {"key": "web"}, {"key": "web", "name": "x", "cost_per_example": 1e30}])
def test_a_source_that_makes_no_sense_is_refused(body):
    answer = factories.api("lea").post(f"{BASE}sources/", body)
    assert (answer.status_code, answer.json()["code"], Source.objects.count()) == (400, "invalid", 0)


def test_an_import_answers_with_a_job_whose_result_counts_the_rows():
    lea = factories.api("lea")
    lea.post(f"{BASE}sources/", {"key": "web", "name": "The web"})
    answer = post(lea, source="web", priority="3", mapping=json.dumps({"key": "id", "data": {"text": "text"}, "meta": ["lab"]}))
    assert answer.status_code == 202
    job = answer.json()["job"]
    assert (job["kind"], job["state"], job["result"]) == ("import", "queued", None)
    tasks.run_queued()
    job = lea.get(job["url"]).json()
    assert (job["state"], job["progress"]) == ("done", {"done": 3, "total": 3})
    assert {name: job["result"][name] for name in ("rows", "added", "duplicates", "rejected", "errors")} == {
        "rows": 3, "added": 3, "duplicates": 0, "rejected": 0, "errors": []}  # fmt: skip
    assert lea.get(f"{BASE}examples/a/").json() == {
        "id": Example.objects.get(key="a").pk, "key": "a", "data": {"text": "good"}, "meta": {"lab": "north"}, "source": "web", "batch": job["result"]["batch"],
        "state": "open", "labels_wanted": 3, "labels_counted": 0, "round": 1, "priority": 3,
    }  # fmt: skip


def test_a_dry_run_writes_nothing():
    answer = post(factories.api("lea"), dry_run="true")
    tasks.run_queued()
    result = factories.api("lea").get(answer.json()["job"]["url"]).json()["result"]
    assert (result["added"], result["dry_run"], Example.objects.count()) == (3, True, 0)


def test_all_errors_come_as_a_file():
    lea = factories.api("lea")
    post(lea, csv_of("id,text", "a,", "b,=1+1", "c"))
    tasks.run_queued()
    url = Job.objects.get().result["errors_url"]
    answer = lea.get(url)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert b"".join(answer).decode().splitlines() == [
        "row,column,left_out,message",
        "1,text,yes,The column text is empty. Fill it or delete the row.",
        '3,,yes,"Line 4 has 1 cell, but the header has 2. Quote cells that hold the delimiter."',
    ]
    assert (factories.api("ada").get(url).status_code, factories.api("mallory").get(url).status_code) == (403, 404)
    assert lea.get(f"{BASE}imports/nothing/errors.csv").status_code == 404


@pytest.mark.parametrize(
    ("content", "fields", "status", "field"),
    [
        (b"", {}, 422, "file"),
        ("id,text\n1,\xe9".encode("latin-1"), {}, 422, "file"),
        (csv_of("id,sentence", "1,a"), {}, 422, "file"),
        (b"\x00" * 100, {}, 422, "file"),
        (picture(), {}, 422, "file"),
        (GOOD, {"format": "parquet"}, 422, "file"),
        (GOOD, {"format": "docx"}, 400, "format"),
        (GOOD, {"mapping": "{"}, 400, "mapping"),
        (GOOD, {"mapping": '{"data": 3}'}, 400, "mapping"),
        (GOOD, {"source": "nowhere"}, 400, "source"),
        (GOOD, {"dry_run": "perhaps"}, 400, "dry_run"),
        (GOOD, {"priority": "1e9"}, 400, "priority"),
    ],
)
def test_a_file_or_field_that_is_wrong_is_refused_at_once(content, fields, status, field):
    answer = post(factories.api("lea"), content, **fields)
    assert (answer.status_code, list(answer.json()["fields"])) == (status, [field])
    assert answer.json()["message"].endswith((".", "?"))
    assert (Job.objects.count(), Example.objects.count()) == (0, 0)


@pytest.mark.parametrize("body", [{"file": "no file"}, {"file": None}, [1], {}])
def test_an_import_without_a_file_is_refused(body):
    answer = factories.api("lea").post(f"{BASE}imports/", body)
    assert (answer.status_code, answer.json()["fields"].keys()) == (400, {"file"})


def test_a_file_beyond_the_limit_is_refused(settings):
    settings.WORKBENCH_UPLOAD_BYTES = 40
    answer = post(factories.api("lea"))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert uploads.max_upload_bytes() == 40
    settings.WORKBENCH_UPLOAD_BYTES = -2_000_000  # now even the request's announced length is too much
    assert post(factories.api("lea")).status_code == 413
    assert Job.objects.count() == 0


@pytest.mark.parametrize(
    ("who", "scopes", "status"),
    [("lea", ["manage"], 202), ("lea", ["read"], 403), ("lea", ["label"], 403), ("ada", None, 403), ("mallory", None, 404), (None, None, 401)],
)
def test_only_leads_with_the_scope_manage_import(who, scopes, status):
    assert post(factories.api(who, scopes=scopes)).status_code == status
    assert Job.objects.count() == (status == 202)


@pytest.mark.parametrize(("who", "scopes", "status"), [("lea", ["read"], 200), ("lea", ["label"], 403), ("ada", None, 403), ("mallory", None, 404), (None, None, 401)])
def test_examples_are_for_leads_and_readers(who, scopes, status):
    files.run(GOOD)
    client = factories.api(who, scopes=scopes)
    assert [client.get(f"{BASE}{path}").status_code for path in ("examples/", "examples/a/", "sources/")] == [status] * 3


@pytest.mark.both_databases
def test_examples_are_filtered():
    lea = factories.api("lea")
    lea.post(f"{BASE}sources/", {"key": "web", "name": "The web"})
    files.run(jsonl_of(
        {"id": "a", "text": 'He said "yes"', "lab": "north", "n": 3, "ok": True, "x y": "1"}, {"id": "b", "text": "Zoë\nno", "lab": "south", "n": "3"},
        {"id": "c%", "text": "maybe", "n": 4.5, "ok": False},
    ), source="web", name="a.jsonl")  # fmt: skip
    files.run(csv_of("id,text", "d,later"))
    batch = Example.objects.get(key="d").batch_id
    assert keys(lea, "") == ["a", "b", "c%", "d"]
    assert keys(lea, "?source=web&state=open") == ["a", "b", "c%"]
    assert keys(lea, f"?batch={batch}") == ["d"]
    assert keys(lea, "?meta.lab=north") == ["a"]
    assert keys(lea, "?meta.n=3") == ["a", "b"]
    assert keys(lea, "?meta.n=4.5") == ["c%"]
    assert keys(lea, "?meta.ok=true") == ["a"]
    assert keys(lea, "?meta.x%20y=1") == ["a"]
    assert keys(lea, "?meta.nothing=1") == []
    assert keys(lea, "?meta.lab=north&meta.n=3") == ["a"]
    assert keys(lea, "?meta.lab=north&meta.n=4") == []
    assert keys(lea, "?key=c%25") == keys(lea, "?q=c%25") == ["c%"]
    assert keys(lea, '?q="yes"') == ["a"]
    assert keys(lea, "?q=Zo%C3%AB%0Ano") == ["b"]
    assert keys(lea, "?tag=borderline") == []
    assert keys(lea, "?state=complete") == []


@pytest.mark.parametrize("query", ["state=nowhere", "source=nowhere", "tag=nowhere", "batch=x", "q=%00", "meta.a=%00", "cursor=x"])
def test_a_filter_that_makes_no_sense_is_refused(query):
    files.run(GOOD)
    assert factories.api("lea").get(f"{BASE}examples/?{query}").status_code == 400


@pytest.mark.parametrize("name", ["meta.", 'meta."', "meta.a.b", "meta.%", "meta.$[0]", "meta.'; DROP", "meta.a__b", "meta.0"])
def test_a_meta_field_of_any_name_is_looked_for(name):
    files.run(GOOD)
    answer = factories.api("lea").get(f"{BASE}examples/", {name: "x"})
    assert (answer.status_code, answer.json()["results"]) == (200, [])


def test_examples_are_paged_by_cursor():
    files.run(csv_of("id,text", *(f"{number},t" for number in range(25))))
    lea, url, found = factories.api("lea"), f"{BASE}examples/?page_size=10", []
    while url:
        page = lea.get(url).json()
        found += [row["key"] for row in page["results"]]
        url = page["next"]
    assert found == [str(number) for number in range(25)]


@pytest.mark.parametrize("key", ["a/b", "a//b", "?q=1#x", "ключ 👩‍👩‍👧", "100%", "a b", "/lead", "trail/", "a%2Fb", "'\"<b>&", ".hidden", "x" * 200])
def test_an_example_of_any_key_has_an_address(key):
    files.run(jsonl_of({"id": key, "text": "x"}), name="a.jsonl")
    lea = factories.api("lea")
    assert lea.get(f"{BASE}examples/{quote(key, safe='')}/").json()["key"] == key
    assert lea.get(f"{BASE}examples/", {"key": key}).json()["results"][0]["key"] == key


@pytest.mark.parametrize("key", ["nothing", "%00", "%FF", "a" * 5000])
def test_an_example_that_is_not_there_is_not_found(key):
    assert factories.api("lea").get(f"{BASE}examples/{key}/").status_code == 404


def test_examples_of_one_project_are_not_found_through_another():
    files.run(GOOD)
    assert factories.api("mallory").get("/api/v1/projects/elsewhere/examples/a/").status_code == 404
    assert factories.api("mallory").get("/api/v1/projects/elsewhere/examples/").json()["results"] == []


def test_pictures_are_given_as_addresses():
    factories.make_project("shapes", display=[{"field": "image", "as": "image"}])
    files.run(zip_of({"a/red.png": picture("red")}), slug="shapes", name="a.zip")
    lea = factories.api("lea")
    found = lea.get("/api/v1/projects/shapes/examples/a/red.png/").json()
    assert found["data"]["image"].startswith("/projects/shapes/media/")
    answer = lea.get(found["data"]["image"])
    assert b"".join(answer) == picture("red")


def test_a_list_costs_as_many_queries_for_a_hundred_examples_as_for_one(django_assert_num_queries):
    files.run(csv_of("id,text", *(f"{number},t" for number in range(150))))
    lea = factories.api("lea")
    with django_assert_num_queries(5):
        assert len(lea.get(f"{BASE}examples/").json()["results"]) == 100

"""Import pages: bring a file in, read what became of it, look examples up, see media."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from labelling import tasks
from labelling.access import Role
from labelling.intake.models import Example, Media, Source
from labelling.jobs.models import Job
from labelling.projects import services as projects
from tests import factories
from tests.intake import files
from tests.intake.files import csv_of, picture, zip_of
from tests.web.people import browse, counted, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_folder")]
IMPORT = "/projects/reviews/import/"
EXAMPLES = "/projects/reviews/examples/"
GOOD = csv_of("id,text,lab", "a,a quiet wonder,north", "b,too long,south", "c,,north")


@pytest.fixture(autouse=True)
def reviews(db):
    project = factories.make_project(labellers=("ada", "ben"))
    projects.add_member(actor=factories.viewer("lea"), slug="reviews", username="ben", role=Role.LEAD, now=factories.NOW)
    factories.make_project("elsewhere", owner="mallory", labellers=())
    return project


def upload(client, content: bytes = GOOD, name: str = "words.csv", **typed):
    return client.post(IMPORT, {"file": SimpleUploadedFile(name, content), **typed})


@pytest.mark.parametrize("path", ["import/", "import/batches/", "import/sources/", "examples/", "examples/a/"])
def test_the_pages_are_for_leads(path):
    files.run(GOOD)
    found = {name: browse(name).get(f"/projects/reviews/{path}").status_code for name in ("lea", "ben", "ada", "mallory")}
    assert found == {"lea": 200, "ben": 200, "ada": 403, "mallory": 404}


@pytest.mark.parametrize("path", ["import/", "import/batches/", "import/sources/", "examples/", "examples/?q=a&tag=borderline&source=web&meta.lab=north", "examples/a/"])
def test_a_page_costs_a_few_queries_and_none_while_it_is_rendered(path):
    Source.objects.create(project_id=factories.Project.objects.get(slug="reviews").pk, key="web", name="The web", created_at=factories.NOW)
    files.run(csv_of("id,text,lab", *(f"{number},text,north" for number in range(80)), "a,x,north"), source="web")
    client = browse("lea")
    with counted() as cost:
        assert client.get(f"/projects/reviews/{path}").status_code == 200
    assert (cost.render, cost.sql) == (0, ())
    assert cost.view <= 14


def test_the_page_says_what_a_file_must_hold():
    page = text_of(browse("lea").get(IMPORT))
    assert "<dt><code>text</code></dt><dd>needed: it is shown to labellers</dd>" in page
    assert "Nothing has come in yet" in page
    factories.make_project("shapes", display=[{"field": "image", "as": "image"}])
    assert "A ZIP of pictures (PNG, JPEG, GIF, WebP, BMP)" in text_of(browse("lea").get("/projects/shapes/import/"))


def test_a_lead_checks_a_file_and_imports_it():
    client = browse("lea")
    answer = upload(client, dry_run="true")
    assert answer.status_code == 302
    assert "hx-get" in text_of(client.get(answer["Location"]))  # it waits for its turn and asks again
    tasks.run_queued()
    page = text_of(client.get(answer["Location"]))
    assert "<strong>2 examples</strong> would come in." in page and "Check of words.csv" in page
    assert "1 row was left out" in page and "The column text is empty. Fill it or delete the row." in page
    assert "hx-get" not in page
    assert Example.objects.count() == 0
    errors = b"".join(client.get(re.search(r'href="([^"]+errors\.csv)"', page)[1])).decode()
    assert errors.splitlines()[1] == "3,text,yes,The column text is empty. Fill it or delete the row."
    answer = client.post(re.search(r'action="([^"]+/now/)"', page)[1])
    tasks.run_queued()
    assert "<strong>2 examples are</strong> in." in text_of(client.get(answer["Location"]))
    assert list(Example.objects.values_list("key", flat=True)) == ["a", "b"]
    assert "words.csv" in text_of(client.get(f"{IMPORT}batches/"))


def test_another_lead_finds_the_import_too_and_a_labeller_does_not():
    answer = upload(browse("lea"))
    part = f"{answer['Location']}part/"
    assert {name: browse(name).get(part).status_code for name in ("ben", "ada", "mallory")} == {"ben": 200, "ada": 403, "mallory": 404}


def test_an_import_that_was_no_check_is_not_repeated():
    answer = upload(browse("lea"))
    tasks.run_queued()
    assert browse("lea").post(f"{answer['Location']}now/").status_code == 409
    assert Job.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "typed", "words"),
    [
        (b"", {}, "The file is empty"),
        (csv_of("id,sentence", "1,a"), {}, "Missing: text."),
        ("id,text\n1,\xe9".encode("latin-1"), {}, "0xE9"),
        (GOOD, {"priority": "soon"}, "The priority is a whole number"),
        (GOOD, {"key": "nr"}, "Missing: nr."),
    ],
)
def test_a_refusal_stands_beside_its_field_and_on_top(content, typed, words):
    answer = upload(browse("lea"), content, **typed)
    page = text_of(answer)
    assert answer.status_code == 400 and "<title>Error: Import" in page
    assert page.count(words) >= 2 and "There is a problem" in page
    assert Job.objects.count() == 0


def test_no_file_is_said_at_the_field():
    answer = browse("lea").post(IMPORT, {"format": "csv"})
    assert answer.status_code == 400
    assert '<a href="#id_file">Attach a file.</a>' in text_of(answer)


def test_columns_of_another_name_are_named_in_the_form():
    content = csv_of("nr,sentence,lab,year", "7,good,north,1999")
    upload(browse("lea"), content, **{"key": "nr", "column-text": "sentence", "meta": "lab"})
    tasks.run_queued()
    example = Example.objects.get()
    assert (example.key, example.data, example.meta) == ("7", {"text": "good"}, {"lab": "north"})


def test_a_file_that_breaks_off_says_so():
    answer = upload(browse("lea"), b'[{"id": "a", "text": "x"}, {"id": ', name="a.json")
    tasks.run_queued()
    assert "The file could not be read to its end." in text_of(browse("lea").get(answer["Location"]))


def test_sources_are_created_and_refused_at_their_field():
    client = browse("lea")
    page = text_of(client.post(f"{IMPORT}sources/", {"key": "a b", "name": "The web"}))
    assert '<a href="#id_key">A key has 1 to 60 letters, digits, _ . and -.</a>' in page
    assert "The web is a source now." in text_of(client.post(f"{IMPORT}sources/", {"key": "web", "name": "The web", "origin": "device"}, follow=True))
    assert Source.objects.get().origin == "device"
    assert "This key is taken. Choose another." in text_of(client.post(f"{IMPORT}sources/", {"key": "web", "name": "Again"}))


def test_examples_are_found_by_filters_in_the_address():
    files.run(csv_of("id,text,lab", "a,good,north", "b,bad,south", "c,good too,south"))
    client = browse("lea")
    found = lambda query: re.findall(r'class="key"><a href="[^"]+">([^<]+)</a>', text_of(client.get(EXAMPLES + query)))  # noqa: E731
    assert found("") == ["a", "b", "c"]
    assert found("?q=good") == ["a", "c"]
    assert found("?meta.lab=south&q=good") == found("?meta_name=lab&meta_value=south&q=good") == ["c"]
    assert found("?state=open") == ["a", "b", "c"]
    assert found("?state=dropped") == []
    page = text_of(client.get(EXAMPLES + "?state=dropped"))
    assert "No example matches" in page and "Clear the filters" in page
    assert client.get(EXAMPLES + "?state=nowhere").status_code == 400
    assert client.get(EXAMPLES + "?q=%00&batch=x").status_code == 400


def test_an_empty_project_says_how_to_fill_it():
    page = text_of(browse("lea").get(EXAMPLES))
    assert "No examples yet" in page and f'href="{IMPORT}">Import examples</a>' in page


@pytest.mark.parametrize("key", ["a/b", "../up", "?q=1#x", "ключ", "100%", "a b", "/lead", "trail/", "'\"<b>"])
def test_examples_with_odd_keys_have_a_page_that_the_list_leads_to(key):
    import html
    import json

    files.run(json.dumps([{"id": key, "text": "<script>alert(1)</script>", "<b>": "<i>"}]).encode(), name="a.json")
    client = browse("lea")
    url = html.unescape(re.search(r'class="key"><a href="([^"]+)"', text_of(client.get(EXAMPLES)))[1])
    page = client.get(url)
    assert page.status_code == 200
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text_of(page) and "<script>alert" not in text_of(page)


# media


@pytest.fixture
def red(db) -> str:
    factories.make_project("shapes", display=[{"field": "image", "as": "image"}], labellers=("ada",))
    files.run(zip_of({"red.png": picture("red")}), slug="shapes", name="a.zip")
    return f"/projects/shapes/media/{Media.objects.get()}"


def body(answer) -> bytes:
    return b"".join(answer) if answer.streaming else answer.content


def test_members_see_pictures_with_headers_that_keep_them_from_acting(red):
    answer = browse("ada").get(red)
    assert (answer.status_code, body(answer), answer["Content-Type"]) == (200, picture("red"), "image/png")
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, max-age=31536000, immutable"
    assert browse("ada").get(red, headers={"If-None-Match": answer["ETag"]}).status_code == 304


def test_a_token_opens_the_same_address(red):
    for name, scopes, status in (("ada", ["label"], 200), ("lea", ["read"], 200), ("mallory", None, 404)):
        answer = factories.api(name, scopes=scopes).get(red)
        assert (answer.status_code, name) == (status, name)
        body(answer)
    assert factories.api(None).get(red, HTTP_AUTHORIZATION="Bearer nonsense").status_code == 401


def test_strangers_find_no_picture_not_even_through_their_own_project(red):
    assert browse("mallory").get(red).status_code == 404
    assert browse("mallory").get(red.replace("shapes", "elsewhere")).status_code == 404
    assert browse(None).get(red).status_code == 302
    assert browse("ada").get(red.replace(".png", ".svg")).status_code == 404
    assert browse("ada").get("/projects/shapes/media/..%2F..%2Fsecret-key").status_code == 404
    assert browse("ada").post(red).status_code == 405


@pytest.mark.parametrize(
    ("header", "status", "part"),
    [
        ("bytes=0-3", 206, slice(0, 4)), ("bytes=4-", 206, slice(4, None)), ("bytes=-5", 206, slice(-5, None)), ("bytes=0-99999", 200, slice(None)),
        ("bytes=99999-", 416, slice(0, 0)), ("bytes=-0", 416, slice(0, 0)), ("bytes=5-2", 416, slice(0, 0)), ("lines=1-2", 200, slice(None)), ("bytes=0-1,4-5", 200, slice(None)),
    ],
)  # fmt: skip
def test_parts_of_a_file_can_be_had(red, header, status, part):
    answer = browse("ada").get(red, headers={"Range": header})
    assert (answer.status_code, body(answer)) == (status, picture("red")[part])
    if status == 206:
        assert answer["Content-Length"] == str(len(picture("red")[part]))


def test_examples_show_their_picture(red):
    client = browse("lea")
    assert f'<img class="thumb" src="{red}"' in text_of(client.get("/projects/shapes/examples/"))
    assert f'<img src="{red}" alt="Picture of red.png">' in text_of(client.get("/projects/shapes/examples/red.png/"))

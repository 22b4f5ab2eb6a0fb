"""Every page of figures offers exactly what it shows as CSV and JSON."""

import re

import pytest

from tests.factories import label_next, make_examples, make_project
from tests.web.people import browse

pytestmark = pytest.mark.django_db
# The page, and what its links ask the API for. A page that brings figures adds its line.
PAGES = [
    ("measure/human/?question=sentiment&by=class", "human-performance", {"question=sentiment", "by=class", "reference=leave_one_out", "examples=all"}),
    ("measure/labellers/?question=sentiment", "labellers", {"question=sentiment"}),
    ("measure/labellers/ada/?question=sentiment", "labellers/ada", {"question=sentiment", "reference=leave_one_out"}),
    ("measure/suspects/?question=sentiment", "suspects", {"question=sentiment"}),
    ("measure/near-duplicates/?question=sentiment", "near-duplicates", {"question=sentiment", "exact=false"}),
    ("evaluate/", "evaluations", set()),
    ("measure/?question=sentiment&by=labeller&level=ordinal", "agreement", {"question=sentiment", "by=labeller", "level=ordinal"}),
    ("measure/stored/?question=sentiment", "agreement-runs", {"question=sentiment"}),
    ("measure/precision/?question=sentiment&width=0.2", "precision", {"question=sentiment", "width=0.2"}),
    ("measure/confusions/?question=sentiment", "confusions", {"question=sentiment"}),
    ("measure/trends/?question=sentiment&per=day", "trends", {"question=sentiment", "per=day"}),
]


@pytest.mark.parametrize(("page", "door", "asked"), PAGES)
def test_a_page_links_to_the_files_of_what_it_shows(page, door, asked):
    make_examples(make_project(), 1)
    label_next("ada", "pos")
    label_next("ben", "neg")
    browser = browse("lea")
    html = browser.get(f"/projects/reviews/{page}").content.decode()
    links = re.findall(r'href="(/api/v1/projects/reviews/[^"]*format=(csv|json)[^"]*)" download', html)
    assert [form for _, form in links] == ["csv", "json"]
    for link, form in links:
        address, _, query = link.replace("&amp;", "&").partition("?")
        assert address == f"/api/v1/projects/reviews/{door}/"
        assert set(query.split("&")) == {*asked, f"format={form}"}
        file = browser.get(link.replace("&amp;", "&"))
        assert file.status_code == 200
        assert file["Content-Disposition"].startswith("attachment; filename=")

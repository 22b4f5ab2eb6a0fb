"""The whole story as three people live it, on the running product: Lea sets a project up and leads, Ada and Ben label.

Everything is done through the pages, but for the training job, which has a token as training jobs do. Figures are exact:
20 texts, two labels each; Ben answers three of them otherwise than Ada, and Ada finds one borderline.
"""

import csv
import io
import json
import re
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.labelling import press, start, wait_for_labels
from tests.browser.people import log_in, make_people
from tests.stack import Stack

SLUG = "sky-notes"
QUESTION = "what_does_the_writer_feel"  # its key is made from its words
HOME = f"/projects/{SLUG}/"
GUIDELINES = "# How to label\n\nSay what the writer *feels*, not what the weather is."
CLASSES = [("Glad", "The writer likes it."), ("Sad", "The writer does not."), ("Neither", "Plain facts.")]
TEXTS = [f"Note {number}: the sky was seen from window {number}" for number in range(1, 21)]
FILE = "\n".join(["id,text,lab", *(f"t{number:02d},{text},{'north' if number % 2 else 'south'}" for number, text in enumerate(TEXTS, 1))])
ADA = [str((number - 1) % 3 + 1) for number in range(1, 21)]  # keys 1 2 3 1 2 3 ...
DIFFERS = {2: "1", 6: "2", 9: "1"}  # Ada: 2, 3, 3
BEN = [DIFFERS.get(number, key) for number, key in enumerate(ADA, 1)]
BORDERLINE = 4
SECRET = "Ben keeps this to himself"  # his comment on text 2
# Nominal alpha by hand: 3 of 20 pairs differ; the 40 labels are 16 Glad, 14 Sad, 10 Neither.
ALPHA = 1 - 6 / ((40**2 - 16**2 - 14**2 - 10**2) / 39)
PAIRS_AGREED = 17 / 20


@pytest.fixture
def people(live_stack: Stack, new_page: Callable[..., Page]) -> tuple[Page, Page, Page]:
    make_people(live_stack, "story-lea", "story-ada", "story-ben")
    lea, ada, ben = (log_in(new_page(), f"story-{name}") for name in ("lea", "ada", "ben"))
    return lea, ada, ben


def test_three_people_take_a_file_all_the_way_to_an_evaluated_model(live_stack: Stack, people: tuple[Page, Page, Page]):
    lea, ada, ben = people
    create_project(lea)
    add_members(lea)
    import_texts(lea)
    label_blind(ada, ben)
    see_figures(lea)
    case = open_case_behind_a_cell(lea)
    discuss(lea, ada, ben, case)
    drop_another(lea)
    release(lea)
    rows = train_elsewhere(lea, live_stack.url)
    evaluate(lea, rows)


def create_project(lea: Page) -> None:
    lea.get_by_role("link", name=re.compile("new project", re.I)).first.click()
    lea.get_by_label("Name", exact=True).fill("Sky notes")
    lea.get_by_label("What labellers are asked").fill("What does the writer feel?")
    lea.get_by_role("button", name="Add a class").click()
    for number, (name, meaning) in enumerate(CLASSES):
        lea.get_by_label(f"Class {number + 1}", exact=True).fill(name)
        lea.get_by_label(re.compile("^What it means")).nth(number).fill(meaning)
    expect(lea.locator("[data-preview] .answer")).to_have_text(["1AGlad", "2BSad", "3CNeither"])
    lea.get_by_label("Labels per example").fill("2")
    lea.get_by_label(re.compile("^First guidelines")).fill(GUIDELINES)
    lea.get_by_role("button", name="Create the project").click()
    lea.wait_for_url(f"**{HOME}")
    expect(lea.get_by_role("heading", level=1)).to_have_text("Sky notes")
    expect(lea.get_by_text("Say what the writer feels")).to_be_visible()


def add_members(lea: Page) -> None:
    lea.get_by_role("link", name="Add members").click()
    for name in ("story-ada", "story-ben"):
        lea.get_by_label("User name").fill(name)
        lea.get_by_role("button", name="Add to the project").click()
        expect(lea.get_by_role("row", name=re.compile(name))).to_be_visible()


def import_texts(lea: Page) -> None:
    stage(lea, "Import")
    lea.get_by_label("File", exact=True).set_input_files({"name": "notes.csv", "mimeType": "text/csv", "buffer": FILE.encode()})
    lea.get_by_role("button", name="Check the file").click()
    expect(lea.locator("#outcome")).to_contain_text("20 examples would come in.")
    lea.get_by_role("button", name="Import 20 examples").click()
    expect(lea.locator(".job")).to_contain_text("✓ Done")
    expect(lea.locator("#outcome")).to_contain_text("20 examples are in.")


def label_blind(ada: Page, ben: Page) -> None:
    """Ada does half, Ben does all, Ada does the rest: neither is ever sent what the other answered."""
    sent: list[str] = []
    ada.on("response", lambda response: sent.append(response.url))
    for person in (ada, ben):
        start(person, SLUG)
        expect(person.get_by_role("heading", name="Before you start")).to_be_visible()
        expect(person.locator("#between").get_by_text("Say what the writer feels")).to_be_visible()
        person.wait_for_timeout(800)  # an Enter that comes sooner was not meant for this page
        press(person, "Enter")
    label(ada, 1, 10, ADA)
    label(ben, 1, 20, BEN)
    wait_for_labels(ben, SLUG, 20)
    start(ada, SLUG)
    label(ada, 11, 20, ADA)
    mine = wait_for_labels(ada, SLUG, 20)
    given = {f"t{number:02d}": {QUESTION: CLASSES[int(key) - 1][0].lower()} for number, key in enumerate(ADA, 1)}
    assert {one["example"]: one["value"] for one in mine} == given
    assert [one["example"] for one in mine if one["tags"]] == ["t04"]
    expect(ada.locator("#progress")).to_have_text("20 today · 0 left for you")
    for url in dict.fromkeys(sent):
        if url.startswith("http") and "/static/" not in url:
            answer = ada.request.get(url)
            assert SECRET not in answer.text() and "story-ben" not in answer.text(), url
    for person, other in ((ada, "story-ben"), (ben, "story-ada")):
        for page in ("", "guidelines/", "label/", "discuss/"):
            assert other not in person.request.get(HOME + page).text(), page
        assert person.request.get(f"/api/v1/projects/{SLUG}/labels/?labeller={other}").json().get("results", []) == []
        for door in ("agreement", "confusions", "consensus", "human-performance", "labellers", "members", "examples", "versions"):
            assert person.request.get(f"/api/v1/projects/{SLUG}/{door}/").status == 403, door
        for page in ("measure/", "measure/confusions/", "examples/t02/", "release/", "evaluate/"):
            assert person.request.get(HOME + page).status == 403, page
        assert person.request.get(f"/api/v1/projects/{SLUG}/cases/").json()["results"] == []


def label(page: Page, first: int, last: int, keys: list[str]) -> None:
    for number in range(first, last + 1):
        page.locator("#example", has_text=TEXTS[number - 1]).wait_for()
        expect(page.locator("#example")).to_have_text(TEXTS[number - 1])
        if keys is BEN and number == 2:
            press(page, "c")
            page.keyboard.type(SECRET)
            press(page, "Escape")
        if keys is ADA and number == BORDERLINE:
            press(page, "b")
        press(page, keys[number - 1], "Enter")
    expect(page.locator("#state")).to_have_text("✓ Saved")


def see_figures(lea: Page) -> None:
    stage(lea, "Overview")
    expect(lea.get_by_text("20 of 20 examples have all their labels")).to_be_visible()
    expect(lea.locator("section[aria-labelledby=progress]")).to_contain_text(re.compile("40 labels .* 2 labellers .* 4 in discussion"))
    expect(lea.get_by_role("link", name="4 examples in discussion, worst first →")).to_be_visible()
    alpha = lea.locator("section[aria-labelledby=agreement] .figure").first
    expect(alpha.locator(".value")).to_have_text(f"{ALPHA:.2f}")
    expect(alpha.locator(".rests-on")).to_have_text("20 examples · 40 labels · 2 labellers")
    levels = lea.locator("section[aria-labelledby=levels]")
    levels.get_by_text("Show the numbers").click()
    expect(levels.get_by_role("row", name=re.compile("one person"))).to_contain_text(f"{PAIRS_AGREED * 100:.0f}\u00a0%")
    exact = lea.request.get(f"/api/v1/projects/{SLUG}/agreement/").json()
    assert exact["alpha"]["value"] == pytest.approx(ALPHA, abs=1e-12)
    assert exact["measures"]["percent"]["value"] == pytest.approx(PAIRS_AGREED, abs=1e-12)
    human = lea.request.get(f"/api/v1/projects/{SLUG}/human-performance/").json()
    assert human["leave_one_out"]["value"] == pytest.approx(PAIRS_AGREED, abs=1e-12)


def open_case_behind_a_cell(lea: Page) -> str:
    """From the heat map to the examples behind a cell, and from the queue to the case of the first one; its address."""
    lea.get_by_role("link", name="Heat map").click()
    lea.locator("table.heat a[title='Sad, Glad: 1 pair']").click()
    expect(lea.locator("tbody tr")).to_have_count(1)
    expect(lea.locator("tbody th")).to_have_text("t02")
    expect(lea.locator("tbody tr")).to_contain_text(TEXTS[1])
    stage(lea, "Discuss")
    expect(lea.locator(".case-list li")).to_have_count(4)
    found = {row.locator("bdi").inner_text(): row.locator("a").get_attribute("href") for row in lea.locator(".case-list li").all()}
    assert set(found) == {"t02", "t04", "t06", "t09"}
    lea.locator(".case-list a", has_text="t02").click()
    lea.locator(".case-pane:visible").get_by_role("link", name=re.compile("^Discuss")).click()
    lea.wait_for_url(f"**{found['t02']}")
    return found["t02"]


def discuss(lea: Page, ada: Page, ben: Page, case: str) -> None:
    """Both votes are read, Ada is invited and says what she saw, Lea decides."""
    votes = lea.get_by_role("table", name="Answers")
    expect(votes.locator("tbody tr")).to_have_count(2)
    expect(votes.locator("tbody td[data-label=Answer]").filter(has_text="Sad")).to_have_count(1)
    expect(votes.locator("tbody td[data-label=Answer]").filter(has_text="Glad")).to_have_count(1)
    expect(votes).to_contain_text(SECRET)
    assert ada.request.get(case).status == 403  # not before she is invited
    lea.get_by_label("Invite a labeller").select_option("story-ada")
    lea.get_by_role("button", name="Invite", exact=True).click()
    expect(lea.get_by_text("story-ada can see this case.")).to_be_visible()
    ada.goto(f"{HOME}discuss/")
    ada.get_by_role("link", name="t02").click()
    expect(ada.get_by_text(SECRET)).to_be_visible()
    ada.get_by_label("Your remark").fill("To me the writer sounds sorry about the window.")
    ada.get_by_role("button", name="Add the remark").click()
    expect(ada.locator(".remarks .words")).to_have_text("To me the writer sounds sorry about the window.")
    assert ada.get_by_role("button", name=re.compile("^Close case")).count() == 0
    assert ben.request.get(case).status == 403
    lea.reload()
    expect(lea.locator(".remarks .words")).to_have_text("To me the writer sounds sorry about the window.")
    lea.get_by_label("One answer is right").check()
    lea.get_by_label("What does the writer feel?").select_option(label="Sad")
    close(lea, "Slip", "Ada is right.")
    expect(lea.locator("section[aria-labelledby=history]")).to_contain_text("Sad")


def close(lea: Page, cause: str, note: str) -> None:
    select = lea.get_by_label("Why they differ")
    select.select_option(select.locator("option", has_text=re.compile(cause, re.I)).first.get_attribute("value"))
    lea.get_by_label("Reason in words").fill(note)
    lea.get_by_role("button", name=re.compile("^Close case")).click()
    expect(lea.get_by_role("status")).to_contain_text("The labels stay as they are")


def drop_another(lea: Page) -> None:
    stage(lea, "Discuss")
    expect(lea.locator(".case-list li")).to_have_count(3)
    lea.locator(".case-list a", has_text="t06").click()
    lea.locator(".case-pane:visible").get_by_role("link", name=re.compile("^Discuss")).click()
    lea.get_by_label("Drop it").check()
    close(lea, "data", "The text was cut off.")
    stage(lea, "Overview")
    expect(lea.get_by_text("2 in discussion · 1 settled by discussion · 1 dropped")).to_be_visible()


def release(lea: Page) -> None:
    """16 complete examples and the settled one are frozen; the dropped one and the two in discussion are not."""
    stage(lea, "Release")
    lea.get_by_role("link", name="Build version 1").click()
    for split, share in (("Train", "40"), ("Validation", "0"), ("Test", "60")):
        lea.get_by_label(f"{split} (%)").fill(share)
    lea.get_by_label("Seed").fill("7")
    lea.get_by_label(re.compile("^Note")).fill("The first clean set.")
    result = lea.locator("#result")
    expect(result.locator(".count")).to_have_text("17")
    expect(result).to_contain_text("train 7 · test 10")
    expect(result).to_contain_text("3 examples are left out")
    lea.get_by_role("button", name="Release version 1").click()
    expect(lea.locator(".job")).to_contain_text("✓ Done Version 1 is released.")
    lea.get_by_role("link", name="Its page").click()
    expect(lea.get_by_role("heading", name="Version 1")).to_be_visible()
    expect(lea.get_by_text("Nobody has downloaded anything of it yet.")).to_be_visible()


def train_elsewhere(lea: Page, address: str) -> list[dict[str, str]]:
    """A training job with a token of its own pulls the test split; the version's page says so. Returns the rows."""
    lea.goto("/account/tokens/new/")
    lea.get_by_label("Name", exact=True).fill("night-training")
    lea.get_by_label(re.compile("^Purpose")).fill("Trains the sky model")
    for box in lea.get_by_role("checkbox").all():
        box.set_checked(box.get_attribute("value") == "read")
    lea.get_by_label("Only in this project").select_option(label="Sky notes")
    lea.get_by_role("button", name="Make the token").click()
    token = lea.locator(".secret code").inner_text()
    files = f"/api/v1/projects/{SLUG}/versions/1/files/"
    with httpx.Client(base_url=address, headers={"Authorization": f"Bearer {token}"}, trust_env=False) as job:
        manifest = job.get(files.removesuffix("files/")).json()
        sha256 = next(file["sha256"] for file in manifest["files"] if file["name"] == "test.csv")
        whole = job.get(files + "test.csv")
        assert (whole.status_code, whole.headers["ETag"], whole.headers["Accept-Ranges"]) == (200, f'"{sha256}"', "bytes")
        part = job.get(files + "test.csv", headers={"Range": "bytes=10-29", "If-Range": f'"{sha256}"'})
        assert (part.status_code, part.content) == (206, whole.content[10:30])
        assert job.get(files + "test.csv", headers={"If-None-Match": f'"{sha256}"'}).status_code == 304
        assert job.post(f"/api/v1/projects/{SLUG}/versions/", json={}).status_code == 403  # it may read, no more
    stage(lea, "Release", HOME)
    lea.get_by_role("link", name="Version 1").click()
    expect(lea.locator(".digest").first).to_have_text(manifest["digest"])
    consumer = lea.locator("section[aria-labelledby=consumers] tbody tr")
    expect(consumer).to_have_count(1)
    expect(consumer).to_contain_text("story-lea")
    expect(consumer).to_contain_text("night-training")
    expect(consumer).to_contain_text("Trains the sky model")
    return list(csv.DictReader(io.StringIO(whole.content.decode("utf-8-sig"))))


def evaluate(lea: Page, rows: list[dict[str, str]]) -> None:
    """A model that is right but for one of ten, beside people on the same examples."""
    wrong = {"glad": "sad", "sad": "neither", "neither": "glad"}
    guesses = [{"key": row["key"], QUESTION: row[QUESTION] if number else wrong[row[QUESTION]]} for number, row in enumerate(rows)]
    stage(lea, "Evaluate")
    lea.get_by_label("Name of a new model").fill("sky-model")
    lea.get_by_label("Its version").fill("1")
    lea.get_by_label("Split").select_option("test")
    lea.get_by_label("Predictions", exact=True).set_input_files(
        {"name": "guesses.jsonl", "mimeType": "application/jsonl", "buffer": "\n".join(map(json.dumps, guesses)).encode()}
    )
    lea.get_by_role("button", name="Score the predictions").click()
    expect(lea.locator(".job")).to_contain_text("✓ Done")
    lea.get_by_role("link", name="The evaluation").click()
    expect(lea.get_by_role("heading", level=1)).to_have_text("sky-model 1")
    expect(lea.get_by_text("On version 1, test · 10 examples")).to_be_visible()
    scores = lea.locator("section[aria-labelledby=scores]")
    expect(scores.locator(".figure .value").first).to_have_text("90\u00a0%")
    lea.locator("section[aria-labelledby=people]").get_by_text("Show the numbers").click()
    table = lea.locator("section[aria-labelledby=people] table")
    number = lea.url.rstrip("/").rpartition("/")[2]
    exact = lea.request.get(f"/api/v1/projects/{SLUG}/evaluations/{number}/").json()
    assert exact["metrics"]["accuracy"]["value"] == 0.9
    human = exact["baselines"]["human"]
    differed = sum(row["key"] == "t02" for row in rows)  # the one settled example, if it is in this split
    assert human["accuracy"]["value"] == pytest.approx(1 if not differed else 18 / 20)  # each against the other
    expect(table.get_by_role("row", name=re.compile("^one person"))).to_contain_text(f"{human['accuracy']['value'] * 100:.0f}\u00a0%")
    expect(table.get_by_role("row", name=re.compile("^model"))).to_contain_text("%")


def stage(page: Page, word: str, at: str = "") -> None:
    """To another stage of the project by the navigation."""
    if at:
        page.goto(at)
    page.get_by_role("navigation", name=re.compile("stages", re.I)).get_by_role("link", name=word, exact=True).click()

"""Near-duplicates among examples: texts in any script, pictures as cameras and programs save them again, and what their answers say."""

import io
import json

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from labelling import tasks
from labelling.errors import NotAllowed, NotFound
from labelling.intake import services as intake
from labelling.intake.models import Media
from labelling.intake.prints import print_of
from labelling.jobs.models import Job
from labelling.measure import near_duplicates
from labelling.measure import services as measure
from labelling.measure.likeness_models import LikenessGroup, LikenessMember, LikenessRun, PicturePrint
from labelling.stats.likeness import picture_likeness
from tests.factories import NOW, STRENGTH, make_examples, make_project, viewer
from tests.intake.files import zip_of
from tests.measure.test_suspects import import_labels

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("media_folder")]
STORY = "The film was a slow and quiet wonder that nobody in the cinema wanted to end, so we stayed until the lights came on"
TEXTS = {
    "a1": STORY, "a2": STORY.upper() + "!", "a3": STORY.replace("wonder", "wondr"), "b1": "Great \U0001f44d", "b2": "great, \U0001f44e",
    "c1": "\U0001f600", "c2": " \U0001f600 ", "d1": "我昨天晚上在城里的电影院看了一部非常好看的新电影大家都很喜欢它我们还想再看一次", "e1": "Another thing entirely, with words of its own",
}  # fmt: skip
TEXTS["d2"] = TEXTS["d1"].replace("昨天", "前天")


def import_rows(rows, name="rows.jsonl"):
    content = "\n".join(json.dumps(row) for row in rows).encode()
    intake.start_import(actor=viewer("lea"), slug="reviews", file=SimpleUploadedFile(name, content), now=NOW)
    tasks.run_queued()


@pytest.fixture
def texts(db):
    project = make_project(questions=None)
    import_rows([{"key": key, "text": text} for key, text in TEXTS.items()])
    return project


def look(project):
    job = measure.start_near_duplicates(actor=viewer("lea"), slug=project.slug, now=NOW)
    tasks.run_queued()
    job.refresh_from_db()
    assert job.state == "done", job.error
    return LikenessRun.objects.get(pk=job.result["run"])


def groups_of(run, *, exact):
    rows = LikenessMember.objects.filter(group__run=run, group__exact=exact).order_by("group__number", "example_id")
    found: dict[int, list[str]] = {}
    for group, key in rows.values_list("group__number", "example__key"):
        found.setdefault(group, []).append(key)
    return list(found.values())


def test_texts_are_the_same_but_for_case_and_punctuation_or_nearly_the_same(texts):
    run = look(texts)
    assert groups_of(run, exact=True) == [["a1", "a2"], ["c1", "c2"]]
    assert groups_of(run, exact=False) == [["a1", "a2", "a3"], ["d1", "d2"]]
    near = LikenessGroup.objects.get(run=run, exact=False, size=3)
    assert 0.8 <= near.similarity < 1
    assert (run.examples, run.exact_groups, run.near_groups, run.unreadable) == (len(TEXTS), 2, 2, 0)


def test_a_run_is_stale_when_examples_came_in(texts):
    run = look(texts)
    assert not near_duplicates.is_stale(texts, run)
    import_rows([{"key": "new", "text": "New"}], "more.jsonl")
    assert near_duplicates.is_stale(texts, run)


def test_examples_that_show_nothing_are_not_the_same_as_each_other():
    project = make_project(display=[{"field": "text", "as": "text"}, {"field": "note", "as": "text"}])
    for one in make_examples(project, 3):
        type(one).objects.filter(pk=one.pk).update(data={"other": "x"})
    assert (look(project).exact_groups, LikenessRun.objects.get().near_groups) == (0, 0)


def test_texts_are_the_same_only_where_all_fields_are():
    project = make_project(display=[{"field": "text", "as": "text"}, {"field": "reply", "as": "text"}])
    import_rows([{"key": "a", "text": "Yes", "reply": "No"}, {"key": "b", "text": "yes", "reply": "no."}, {"key": "c", "text": "Yes", "reply": "Never"}])
    assert groups_of(look(project), exact=True) == [["a", "b"]]


def scene(number: int, size=(320, 240)) -> Image.Image:
    """A picture with things on it, another one for each number."""
    random = np.random.default_rng(number)
    image = Image.new("RGB", size, tuple(int(one) for one in random.integers(120, 255, 3)))
    draw = ImageDraw.Draw(image)
    for _ in range(14):
        x, y, w, h = (int(one) for one in random.integers(0, [size[0], size[1], size[0] // 2, size[1] // 2]))
        (draw.rectangle if random.random() < 0.5 else draw.ellipse)([x, y, x + w, y + h], fill=tuple(int(one) for one in random.integers(0, 255, 3)))
    return image


def saved(image: Image.Image, format: str = "PNG", **options) -> bytes:
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def turned_by_camera(image: Image.Image) -> bytes:
    """The same picture upright: stored on its side, with the mark that says so."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return saved(image.transpose(Image.Transpose.ROTATE_90), "JPEG", quality=90, exif=exif)


def copies(number: int) -> dict[str, bytes]:
    image = scene(number)
    clear = image.convert("RGBA")
    return {
        "png": saved(image), "jpeg": saved(image, "JPEG", quality=60), "small": saved(image.resize((160, 120))), "webp": saved(image.resize((800, 600)), "WEBP", quality=70),
        "camera": turned_by_camera(image), "grey": saved(image.convert("L")), "alpha": saved(clear),
    }  # fmt: skip


def test_a_picture_saved_again_scaled_or_turned_by_its_camera_is_nearly_the_same_and_another_one_is_not():
    for number in range(12):
        prints = {name: print_of(io.BytesIO(content)) for name, content in copies(number).items()}
        code, grey = prints["png"]
        for name, (other, pixels) in prints.items():
            assert (code ^ other).bit_count() <= 6, (number, name)
            assert picture_likeness(grey, pixels) > 0.98, (number, name)
        _, elsewhere = print_of(io.BytesIO(saved(scene(number + 100))))
        assert picture_likeness(grey, elsewhere) < 0.9
        _, upside = print_of(io.BytesIO(saved(scene(number).transpose(Image.Transpose.ROTATE_180))))
        assert picture_likeness(grey, upside) < 0.9  # turned for real, it shows something else


def test_what_cannot_be_seen_through_is_white_behind_it():
    clear = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    ImageDraw.Draw(clear).ellipse([10, 10, 50, 50], fill=(200, 30, 30, 255))
    flat = Image.new("RGB", (64, 64), "white")
    ImageDraw.Draw(flat).ellipse([10, 10, 50, 50], fill=(200, 30, 30))
    (code, grey), (other, pixels) = print_of(io.BytesIO(saved(clear))), print_of(io.BytesIO(saved(flat)))
    assert (code ^ other).bit_count() <= 2
    assert picture_likeness(grey, pixels) > 0.99


@pytest.fixture
def pictures(db):
    project = make_project(display=[{"field": "image", "as": "image"}])
    files = {f"{number}-{name}.{name if name in ('png', 'jpeg', 'webp') else 'jpeg' if name == 'camera' else 'png'}": content for number in range(3) for name, content in copies(number).items() if name not in ("alpha", "grey")}
    intake.start_import(actor=viewer("lea"), slug="reviews", file=SimpleUploadedFile("pictures.zip", zip_of(files)), now=NOW)
    tasks.run_queued()
    return project


def test_groups_of_pictures_and_their_prints_are_kept_so_that_none_is_read_twice(pictures, monkeypatch):
    run = look(pictures)
    assert (run.examples, run.exact_groups, run.near_groups, run.unreadable) == (15, 0, 3, 0)
    assert sorted(len(group) for group in groups_of(run, exact=False)) == [5, 5, 5]
    for group in groups_of(run, exact=False):
        assert len({key.split("-")[0] for key in group}) == 1
    assert PicturePrint.objects.count() == Media.objects.count() == 15
    monkeypatch.setattr("labelling.measure.services.near_duplicates.print_of_media", lambda media: pytest.fail("it was read before"))
    again = look(pictures)
    assert groups_of(again, exact=False) == groups_of(run, exact=False)


def test_a_picture_that_cannot_be_read_is_counted_and_stops_nothing(pictures, monkeypatch):
    from django.core.files.storage import default_storage

    from labelling.intake.rules import media_path

    broken = Media.objects.order_by("id").first()
    name = media_path(broken.project_id, broken.sha256, broken.suffix)
    default_storage.delete(name)
    default_storage.save(name, SimpleUploadedFile("x", b"not a picture"))
    run = look(pictures)
    assert (run.unreadable, run.near_groups) == (1, 3)
    assert PicturePrint.objects.get(media=broken).hash is None


def test_a_job_that_is_taken_up_again_leaves_one_run(texts):
    job = measure.start_near_duplicates(actor=viewer("lea"), slug="reviews", now=NOW)
    tasks.run_queued()
    Job.objects.filter(pk=job.pk).update(state="queued", ended_at=None)
    tasks.run_queued()
    assert LikenessRun.objects.count() == 1


# What their answers say ---------------------------------------------------------------------------------------------------


def consistency(*, exact=False, question=None):
    return near_duplicates.consistency(viewer("lea"), "reviews", question=question, exact=exact)[1]


@pytest.fixture
def labelled(texts):
    """Both copies of the story differ, the near one agrees with the first; the faces agree; of the Chinese ones one has no label."""
    everybody = ("ada", "ben", "cleo")
    rows = [(key, who, value) for key, value in (("a1", "pos"), ("a2", "neg"), ("a3", "pos"), ("c1", "mix"), ("c2", "mix"), ("d1", "pos")) for who in everybody]
    import_labels(texts, rows)
    return look(texts)


def test_copies_and_near_copies_are_counted_apart(labelled):
    exact, near = consistency(exact=True), consistency()
    assert exact.figures()["answers"]["value"] == 0.5  # a1-a2 differ, c1-c2 agree
    assert near.figures()["answers"]["value"] == 0.5  # a1-a3 agree, a2-a3 do not; a1-a2 are exact copies and counted above
    assert near.compared_groups == 1
    [row] = exact.rows(exact.differing)
    assert [(one["example"], one["answer"], one["decided_by"]) for one in row["members"]] == [("a1", "pos", "unanimous"), ("a2", "neg", "unanimous")]
    [row] = near.rows(near.differing)
    assert {one["example"]: one["answer"] for one in row["members"]} == {"a1": "pos", "a2": "neg", "a3": "pos"}
    assert row["agreeing"] == 0.5
    assert row["similarity"] < 1


def test_one_label_on_each_is_set_beside_two_labels_on_one_example(texts):
    # Ada says something else on a1 and on a3: of nine pairs of labels across both, one each, four are alike or both hers.
    import_labels(texts, [(key, who, "neg" if who == "ada" else "pos") for key in ("a1", "a3") for who in ("ada", "ben", "cleo")])
    look(texts)
    found = consistency().figures()
    assert found["answers"]["value"] == 1.0
    assert found["labels"]["value"] == pytest.approx((2 * 2 + 1) / 9)
    assert found["same_example"]["value"] == pytest.approx(1 / 3)


def test_ratings_sets_and_texts_are_compared_each_in_its_own_way(db):
    questions = [
        {"key": "topics", "kind": "choices", "prompt": "Which?", "classes": ["x", "y"]}, STRENGTH,
        {"key": "words", "kind": "text", "prompt": "Words?", "required": False}, {"key": "size", "kind": "number", "prompt": "Size?", "required": False},
    ]  # fmt: skip
    project = make_project(questions=questions)
    import_rows([{"key": "a", "text": STORY}, {"key": "b", "text": STORY + "!"}])
    content = "\n".join(
        json.dumps({"example": key, "labeller": who, "topics": topics, "strength": 3, "words": words, "size": 2})
        for key, topics, words in (("a", ["x"], "abcd"), ("b", ["x", "y"], "abcc"))
        for who in ("ada", "ben")
    )
    from labelling.label import services as label

    label.start_label_import(actor=viewer("lea"), slug="reviews", file=SimpleUploadedFile("l.jsonl", content.encode()), now=NOW)
    tasks.run_queued()
    look(project)
    found = {key: consistency(exact=True, question=key).figures()["answers"]["value"] for key in ("topics", "strength", "words", "size")}
    assert found == {"topics": 0.0, "strength": 1.0, "words": 0.75, "size": 1.0}
    assert "undefined" in consistency(exact=True, question="words").figures()["labels"]


def test_without_answers_there_is_no_figure_and_nobody_but_leads_sees_one(texts):
    look(texts)
    found = consistency().figures()
    assert all(found[name]["value"] is None and found[name]["undefined"] for name in found)
    assert consistency().differing == []
    for who, refused in (("ada", NotAllowed), ("mallory", NotFound)):
        with pytest.raises(refused):
            near_duplicates.consistency(viewer(who), "reviews")
        with pytest.raises(refused):
            measure.start_near_duplicates(actor=viewer(who), slug="reviews", now=NOW)


def test_before_anybody_looked_there_is_nothing():
    make_project()
    assert consistency() is None

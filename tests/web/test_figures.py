"""How figures, times, classes and colours are written."""

from datetime import UTC, datetime, timedelta

import pytest
from django.template import Context, Template
from django.template.loader import render_to_string

from labelling.templatetags import workbench as tags

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FIGURE = {"value": 0.5236, "low": 0.411, "high": 0.629, "n_examples": 310, "n_labels": 930, "n_labellers": 3, "method": "Krippendorff's alpha, resampled by example."}


@pytest.mark.parametrize(("value", "text"), [(0.524, "0.52"), (-0.144, "−0.14"), (-0.001, "0.00"), (1, "1.00"), (None, ""), (1234.5, "1,234.50")])
def test_a_figure_has_two_decimals_and_a_true_minus(value, text):
    assert tags.decimals(value) == text


@pytest.mark.parametrize(("share", "text"), [(0.414, "41\xa0%"), (0, "0\xa0%"), (0.001, "under 1\xa0%"), (1, "100\xa0%"), (0.999, "over 99\xa0%"), (None, ""), (-0.05, "−5\xa0%")])
def test_a_share_is_never_rounded_to_nothing_or_to_all(share, text):
    assert tags.percent(share) == text


def test_an_interval_has_an_en_dash():
    assert tags.interval(FIGURE) == "[0.41–0.63]"
    assert tags.interval({"low": -0.22, "high": -0.06}) == "[−0.22–−0.06]"
    assert tags.interval({"low": 0.41, "high": 0.63}, "percent") == "[41–63\xa0%]"
    assert tags.interval({"value": 1}) == ""


@pytest.mark.parametrize(("seconds", "words"), [(5, "just now"), (60, "1 minute ago"), (7200, "2 hours ago"), (3 * 86400, "3 days ago"), (400 * 86400, "1 year ago"), (-600, "in 10 minutes")])
def test_a_time_is_told_by_its_distance_with_the_exact_moment_beside_it(seconds, words):
    told = tags.ago(NOW - timedelta(seconds=seconds), NOW)
    assert told.endswith(f">{words}</time>") and 'datetime="20' in told and "UTC" in told


@pytest.mark.parametrize(("seconds", "words"), [(8.4, "8\xa0s"), (200, "3\xa0min 20\xa0s"), (7300, "2\xa0h 1\xa0min"), (0, "0\xa0s")])
def test_a_duration_is_as_exact_as_it_is_long(seconds, words):
    assert tags.duration(seconds) == words


@pytest.mark.parametrize(("number", "letter"), [(1, "A"), (8, "H"), (26, "Z"), (27, "AA"), (52, "AZ"), (53, "BA")])
def test_a_class_has_its_letter(number, letter):
    assert tags.letter(number) == letter


def test_beyond_eight_classes_colours_come_again_with_another_pattern():
    seen = {tags.swatch(number).split(">")[0] for number in range(1, 25)}
    assert len(seen) == 24
    assert tags.swatch(9) == '<span class="swatch" data-class-no="1" data-pattern="4">I</span>'


@pytest.mark.parametrize(("share", "step"), [(0, 1), (0.19, 1), (0.2, 2), (0.99, 5), (1, 5)])
def test_a_share_has_one_of_five_steps_of_heat(share, step):
    assert tags.heat_step(share) == step


def figure(**changes) -> str:
    return " ".join(render_to_string("parts/figure.html", {"figure": FIGURE | changes}).split())


def test_a_figure_shows_its_interval_what_it_rests_on_and_its_method():
    page = figure()
    assert "0.52" in page and "[0.41–0.63]" in page and "310 examples · 930 labels · 3 labellers" in page
    assert "How this was measured" in page and "resampled by example" in page


@pytest.mark.parametrize(("changes", "words"), [
    ({"n_examples": 4}, "too few to judge (4 examples)"), ({"n_labellers": 1}, "too few to judge (1 labeller)"),
    ({"value": None, "undefined": "Only one class was used."}, "not defined: Only one class was used."),
])  # fmt: skip
def test_a_figure_that_says_nothing_shows_no_digit(changes, words):
    page = figure(**changes)
    assert words in page and "0.52" not in page and "0.41" not in page


def test_a_job_without_a_worker_says_so_and_what_to_do():
    job = {"id": "00000000-0000-0000-0000-000000000000", "title": "Import", "state": "queued", "progress": {"done": 0, "total": None}, "waiting_for_worker": True}
    page = render_to_string("parts/job.html", {"job": job})
    assert "No worker is running" in page and "nothing is lost" in page and "python3 manage.py up" in page
    assert 'hx-get="/jobs/00000000-0000-0000-0000-000000000000/part/"' in page


def test_a_running_job_tells_a_count_and_stops_asking_when_it_is_over():
    job = {"id": "00000000-0000-0000-0000-000000000000", "title": "Import", "state": "running", "progress": {"done": 3200, "total": 5000}}
    page = render_to_string("parts/job.html", {"job": job})
    assert '<progress max="5000" value="3200"' in page and "3,200 of 5,000" in page
    over = render_to_string("parts/job.html", {"job": job | {"state": "done"}})
    assert "hx-get" not in over and "✓ Done" in over


def test_the_page_of_a_fault_needs_nothing_but_itself():
    page = render_to_string("500.html")
    assert "Something broke on our side" in page and 'href="/"' in page


def test_a_count_knows_its_plural():
    assert Template('{% load workbench %}{{ 1|count:"case" }}, {{ 1200|count:"case" }}, {{ 3|count:"person,people" }}').render(Context()) == "1 case, 1,200 cases, 3 people"

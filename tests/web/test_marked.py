"""Spans marked on a text for reading: cut by code points, nested, escaped, and short where a text is long."""

import re

from django.template import Context, Template

from labelling.templatetags.spans import kept, marked

QUESTION = {"key": "names", "kind": "spans", "of": "text", "classes": [{"key": key, "name": name} for key, name in (("PER", "Person"), ("LOC", "Place"))]}


def span(start: int, end: int, name: str = "PER") -> dict:
    return {"start": start, "end": end, "class": name}


def words(html: str) -> str:
    """What is read of it, without the letters of classes."""
    return re.sub(r'<span class="span-sign".*?</span>|<[^>]+>', "", html)


def test_each_span_is_marked_with_its_letter_and_class():
    html = marked("Ada met Ben in York", [span(0, 3), span(15, 19, "LOC")], QUESTION)
    assert html.startswith('<mark class="span-of" data-class-no="1" title="Person"><span class="span-sign" aria-hidden="true">A</span>Ada</mark> met')
    assert html.endswith('<mark class="span-of" data-class-no="2" title="Place"><span class="span-sign" aria-hidden="true">B</span>York</mark>')
    assert words(html) == "Ada met Ben in York"


def test_spans_that_overlap_are_cut_where_they_cross_and_have_their_letters_once():
    html = marked("one two three", [span(0, 7), span(4, 13, "LOC")], QUESTION)
    assert words(html) == "one two three"
    assert html.count("span-sign") == 2
    assert len(re.findall(r"<mark[^>]*Person[^>]*>(?:(?!</mark>).)*<mark|<mark[^>]*Place[^>]*>(?:(?!</mark>).)*<mark", html)) == 1


def test_offsets_count_code_points_and_text_is_never_html():
    text = "\U0001f468\u200d\U0001f469 <b>&x</b> \U00020bb7"
    html = marked(text, [span(4, 7), span(14, 15, "LOC")], QUESTION)
    assert ">&lt;b&gt;</mark>" in html and ">\U00020bb7</mark>" in html
    assert "<b>" not in html


def test_of_a_long_text_only_what_lies_around_its_spans_is_shown():
    text = "a" * 1000 + "Ada" + "b" * 1000
    html = marked(text, [span(1000, 1003)], QUESTION, 10)
    assert words(html) == f"…{'a' * 10}Ada{'b' * 10}…"
    assert kept(text, [span(5, 10), span(18, 20), span(500, 510)], 5) == [(0, 25), (495, 515)]
    many = [span(at, at + 1) for at in range(0, 200, 2)]
    assert words(marked(text, many, QUESTION, 3)).endswith(" and 70 more")


def test_it_is_a_tag_of_templates():
    shown = Template("{% load spans %}{% marked text spans question %}").render(Context({"text": "Ada & Ben", "spans": [span(0, 3)], "question": QUESTION}))
    assert words(shown) == "Ada &amp; Ben"

import hashlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labelling.errors import Invalid, WrongContent
from labelling.intake.mapping import Mapper, Refused, check_mapping

TEXT = [{"field": "text", "as": "text"}]


def mapper(columns, *, display=TEXT, mapping=None, **options) -> Mapper:
    return Mapper(display=display, columns=columns, mapping=check_mapping(mapping), **options)


def refused(row, *, columns=("id", "text"), **options) -> tuple[str, str]:
    with pytest.raises(Refused) as caught:
        mapper(list(columns), **options).prepare(1, row)
    return caught.value.args[0].column, caught.value.args[0].message


def test_without_a_mapping_key_data_and_meta_go_by_their_names():
    made = mapper(["id", "text", "lab"]).prepare(4, {"id": "a1", "text": "good", "lab": "north"})
    assert (made.number, made.key, json.loads(made.data), json.loads(made.meta)) == (4, "a1", {"text": "good"}, {"lab": "north"})


def test_the_hash_is_over_the_canonical_json_of_data():
    two = [{"field": "b", "as": "text"}, {"field": "a", "as": "text"}]
    made = mapper(["id", "a", "b"], display=two).prepare(1, {"id": "1", "a": "é", "b": "2"})
    assert made.data == '{"a":"é","b":"2"}'
    assert made.hash == hashlib.sha256('{"a":"é","b":"2"}'.encode()).hexdigest()


def test_a_key_that_is_missing_is_made_of_the_content():
    made = mapper(["text"]).prepare(1, {"text": "good"})
    assert made.key == made.hash[:32]


def test_key_goes_before_id_and_the_other_one_is_meta():
    made = mapper(["id", "key", "text"]).prepare(1, {"id": 7, "key": "a", "text": "x"})
    assert (made.key, json.loads(made.meta)) == ("a", {"id": 7})


def test_a_mapping_says_which_column_is_what():
    made = mapper(
        ["nr", "sentence", "lab", "rest"], mapping={"key": "nr", "data": {"text": "sentence"}, "meta": ["lab"]}
    ).prepare(1, {"nr": 3, "sentence": "good", "lab": "north", "rest": "x"})
    assert (made.key, json.loads(made.data), json.loads(made.meta)) == ("3", {"text": "good"}, {"lab": "north"})


@pytest.mark.parametrize("mapping", [
    [], "text", 3, {"keys": "id"}, {"key": 3}, {"key": ""}, {"data": ["text"]}, {"data": {"text": 1}}, {"meta": "lab"}, {"meta": [1]},
])  # fmt: skip
def test_a_mapping_of_another_shape_is_refused(mapping):
    if mapping == []:
        mapping = [1]
    with pytest.raises(Invalid) as caught:
        check_mapping(mapping)
    assert list(caught.value.fields) == ["mapping"]


@pytest.mark.parametrize(
    ("columns", "mapping", "missing"),
    [
        (["id", "sentence"], None, "text"),
        (["id", "sentence"], {"data": {"text": "phrase"}}, "phrase"),
        (["id", "text"], {"key": "nr"}, "nr"),
        (["id", "text"], {"meta": ["lab"]}, "lab"),
    ],
)
def test_missing_columns_are_named_with_those_that_are_there(columns, mapping, missing):
    with pytest.raises(WrongContent) as caught:
        mapper(columns, mapping=mapping)
    assert f"missing: {missing}. Its columns: {', '.join(columns)}." in caught.value.message


@pytest.mark.parametrize("value, words", [(3, "a number"), (True, "true or false"), ([1], "a list"), ({"a": 1}, "an object"), (1.5, "a number")])
def test_what_is_no_text_is_named_where_a_text_is_wanted(value, words):
    assert refused({"id": "1", "text": value}) == ("text", f"The column text holds {words}; a text is wanted.")


@pytest.mark.parametrize("row", [{"id": "1", "text": ""}, {"id": "1", "text": None}])
def test_an_empty_text_is_named(row):
    assert refused(row) == ("text", "The column text is empty. Fill it or delete the row.")


def test_one_of_several_texts_may_be_empty_but_not_all():
    two = [{"field": "text", "as": "text"}, {"field": "context", "as": "text"}]
    made = mapper(["id", "text", "context"], display=two).prepare(1, {"id": "1", "text": "x", "context": ""})
    assert json.loads(made.data) == {"text": "x", "context": ""}
    assert "all empty" in refused({"id": "1", "text": "", "context": None}, columns=["id", "text", "context"], display=two)[1]


def test_a_field_that_a_row_lacks_is_named():
    assert refused({"id": "1"}) == ("text", 'The row has no text. Write "" where there is none.')


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("", "is empty"), (None, "is empty"), (1.5, "no text and no whole number"), (True, "no text and no whole number"),
        ("x" * 201, "201 characters"), ("a\nb", "control character"), ("a\x00", "control character"), ("a\x85", "control character"),
        ("a\ud800", "control character"), (["a"], "no text and no whole number"),
    ],
)  # fmt: skip
def test_a_key_that_cannot_be_one_is_named(key, words):
    column, message = refused({"id": key, "text": "x"})
    assert column == "id"
    assert words in message


@pytest.mark.parametrize("key", ["a/b", "../up", "?q=1#x", "ключ", "a b", "x" * 200, "100%", "👩‍👩‍👧"])
def test_odd_keys_are_keys(key):
    assert mapper(["id", "text"]).prepare(1, {"id": key, "text": "x"}).key == key


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        ({"id": "1", "text": "a\x00b"}, "text", "null byte"),
        ({"id": "1", "text": "a\ud800b"}, "text", "half of a surrogate pair"),
        ({"id": "1", "text": "caf\udce9"}, "text", "the byte 0xE9 is not UTF-8"),
        ({"id": "1", "text": "a", "lab": "\x00"}, "lab", "null byte"),
        ({"id": "1", "text": "a", "lab": {"deep": ["\x00"]}}, "lab", "null byte"),
        ({"id": "1", "text": "a", "l\x00b": "x"}, "l?b", "null byte"),
        ({"id": "1", "text": "a", "lab": b"raw"}, "lab", "bytes"),
        ({"id": "1", "text": "a", "lab": 2**70}, "lab", "a number, which cannot be stored"),
        ({"id": "1", "text": "x" * 1_000_001}, "text", "1,000,001 characters"),
        ({"id": "1", "text": "a", "lab": json.loads("[" * 60 + "]" * 60)}, "lab", "nested"),
    ],
)
def test_what_no_database_stores_is_named(row, column, words):
    found, message = refused(row)
    assert found == column
    assert words in message


def test_a_text_about_null_bytes_is_just_a_text():
    made = mapper(["id", "text"]).prepare(1, {"id": "1", "text": "write \\u0000 for it"})
    assert json.loads(made.data) == {"text": "write \\u0000 for it"}


def test_meta_keeps_its_types():
    row = {"id": "1", "text": "a", "n": 3, "x": 0.5, "ok": True, "none": None, "nan": float("nan"), "list": [1]}
    meta = json.loads(mapper(list(row)).prepare(1, row).meta)
    assert meta == {"n": 3, "x": 0.5, "ok": True, "none": None, "nan": None, "list": [1]}


def test_a_table_comes_as_a_list_or_as_its_json():
    table = [{"field": "turns", "as": "dialogue"}]
    made = mapper(["id", "turns"], display=table).prepare(1, {"id": "1", "turns": '[{"who": "a"}]'})
    assert json.loads(made.data) == {"turns": [{"who": "a"}]}
    assert "not JSON" in refused({"id": "1", "turns": "a: hello"}, columns=["id", "turns"], display=table)[1]
    assert "a list is wanted" in refused({"id": "1", "turns": "3"}, columns=["id", "turns"], display=table)[1]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(alphabet=st.characters(), max_size=20) | st.binary(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(alphabet=st.characters(), max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None)
@given(row=st.dictionaries(st.sampled_from(["id", "text", "lab"]) | st.text(max_size=4), ANYTHING, max_size=5))
def test_any_row_is_prepared_or_refused_and_what_is_prepared_can_be_stored(row):
    try:
        made = mapper(["id", "text"]).prepare(1, row)
    except Refused as refused:
        assert refused.args[0].message
        return
    for blob in (made.data, made.meta):
        blob.encode()
        assert "\x00" not in json.dumps(json.loads(blob), ensure_ascii=False)
    assert 1 <= len(made.key) <= 200

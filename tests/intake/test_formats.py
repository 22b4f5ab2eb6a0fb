"""Readers alone: no database, no Django."""

import io
import json
import stat
import tracemalloc
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labelling.errors import Invalid, WorkbenchError, WrongContent
from labelling.intake.formats import FORMATS, BadRow, Limits, guess_format, open_rows
from tests.intake.files import csv_of, jsonl_of, picture, zip_of

TEXTS = ["plain", "Zoë 👩‍👩‍👧", "שלום עולם", "<script>alert(1)</script>", 'a "quote", a comma', "two\nlines", "\u202eright to left"]


def read(content: bytes, format: str, limits: Limits | None = None) -> list:
    return list(open_rows(io.BytesIO(content), format, limits))


def refusal(content: bytes, format: str, limits: Limits | None = None) -> str:
    with pytest.raises(WrongContent) as caught:
        read(content, format, limits)
    return caught.value.message


def said(content: bytes, format: str, limits: Limits | None = None) -> dict[int, str]:
    return {number: row.message for number, row in read(content, format, limits) if isinstance(row, BadRow)}


def parquet_of(rows: list[dict]) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), out)
    return out.getvalue()


# every format


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_gives_back_every_text_in_every_encoding_with_every_delimiter(encoding, delimiter):
    import csv

    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerows([["id", "text"], *([str(number), text] for number, text in enumerate(TEXTS))])
    rows = read(out.getvalue().encode(encoding), "csv")
    assert rows == [(number + 1, {"id": str(number), "text": text}) for number, text in enumerate(TEXTS)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_jsonl_and_json_give_back_every_text_in_every_encoding(encoding):
    rows = [{"id": number, "text": text, "more": {"deep": [1, None, True]}} for number, text in enumerate(TEXTS)]
    wanted = list(enumerate(rows, start=1))
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    assert read(lines.encode(encoding), "jsonl") == wanted
    assert read(json.dumps(rows, ensure_ascii=False, indent=2).encode(encoding), "json") == wanted
    assert read(json.dumps(rows).encode(encoding), "json") == wanted


def test_parquet_keeps_types_and_says_how_many_rows_there_are():
    rows = [{"id": number, "text": text, "score": number / 2, "ok": True} for number, text in enumerate(TEXTS)]
    opened = open_rows(io.BytesIO(parquet_of(rows)), "parquet")
    assert (opened.total, opened.sure, opened.columns) == (len(TEXTS), True, ["id", "text", "score", "ok"])
    assert list(opened) == list(enumerate(rows, start=1))


def test_a_zip_gives_one_row_a_file_with_its_metadata():
    files = {"a/1.png": b"one", "a/2.png": b"two", "a/metadata.csv": csv_of("file_name,lab", "1.png,north"), "__MACOSX/x": b"", "a/.DS_Store": b"x"}
    rows = read(zip_of(files), "zip")
    assert [(number, row["file"].name, row["file"].read(), row.get("lab")) for number, row in rows] == [
        (1, "a/1.png", b"one", "north"), (2, "a/2.png", b"two", None)]  # fmt: skip


def test_a_label_studio_export_becomes_columns():
    export = [{"id": 7, "data": {"text": "good"}, "meta": {"lab": "north"}, "annotations": [{"result": []}]}]
    assert read(json.dumps(export).encode(), "label_studio") == [(1, {"text": "good", "lab": "north", "key": 7})]


def test_an_unknown_format_is_refused():
    with pytest.raises(Invalid):
        read(b"a", "xml")


# guessing


@pytest.mark.parametrize(
    ("content", "name", "format"),
    [
        (csv_of("id,text", "1,a"), "a.csv", "csv"),
        (csv_of("id;text", "1;a"), "export", "csv"),
        (csv_of("id,text", "1,a", encoding="utf-16"), "a.csv", "csv"),
        (jsonl_of({"id": 1}), "a.jsonl", "jsonl"),
        (jsonl_of({"id": 1}), "a.json", "jsonl"),
        (b'[{"id": 1}]', "a.json", "json"),
        (b'[{"id": 1, "data": {"text": "x"}}]', "a.json", "label_studio"),
        (b'\xef\xbb\xbf [{"id": 1}]', "a.txt", "json"),
        (parquet_of([{"a": 1}]), "a.bin", "parquet"),
        (zip_of({"a.png": b"x"}), "a", "zip"),
    ],
)
def test_the_format_is_guessed_from_the_content(content, name, format):
    assert guess_format(io.BytesIO(content), name) == format


def test_a_project_that_shows_a_field_called_data_gets_no_label_studio_export():
    assert guess_format(io.BytesIO(b'[{"id": 1, "data": {"text": "x"}}]'), "a.json", display=["data"]) == "json"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "0 bytes"),
        (b"  \n ", "blanks"),
        (picture(), "single picture"),
        (b"%PDF-1.7", "PDF"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "XML"),
        (b"<!DOCTYPE html><html>", "XML or HTML"),
        (zip_of({"xl/workbook.xml": b"x"}), "Excel"),
        ("id,text\n1,caf\u00e9\n".encode("latin-1"), "0xE9"),
        ("id,text\n1,a\n".encode("utf-16-le"), "UTF-16 without its mark"),
        ("id,text\n1,a\n".encode("utf-32"), "UTF-32"),
    ],
)
def test_what_cannot_be_imported_is_called_by_its_name(content, words):
    with pytest.raises(WrongContent, match=words):
        guess_format(io.BytesIO(content), "file")


def test_an_unknown_encoding_names_byte_and_line():
    message = refusal("id,text\n1,ok\n2,caf\u00e9\n".encode("latin-1"), "csv")
    assert message.startswith("Line 3 holds the byte 0xE9 (byte 19 of the file)")
    assert message.endswith("Save the file as UTF-8 and import it again.")


def test_a_bad_byte_far_into_the_file_costs_only_its_row():
    lines = [f"{number},text {number}".encode() for number in range(20_000)]
    lines[15_000] = b"15000,caf\xe9"
    rows = read(b"id,text\n" + b"\n".join(lines), "csv")
    assert len(rows) == 20_000
    assert rows[15_000][1]["text"] == "caf\udce9"  # the mapper refuses this row by name


# CSV


def test_ragged_rows_are_named_and_the_others_go_on():
    rows = read(csv_of("id,text", "1,a", "2", "3,b,c", "", "4,d"), "csv")
    assert [number for number, row in rows if isinstance(row, dict)] == [1, 4]
    assert said(csv_of("id,text", "1,a", "2", "3,b,c"), "csv") == {
        2: "Line 3 has 1 cell, but the header has 2. Quote cells that hold the delimiter.",
        3: "Line 4 has 3 cells, but the header has 2. Quote cells that hold the delimiter.",
    }


def test_a_quotation_mark_that_is_never_closed_is_named():
    assert said(csv_of("id,text", "1,a", '2,"never closed', "3,b"), "csv") == {
        2: "Line 4: a quotation mark is opened and never closed; the rest of the file was taken for one cell."}  # fmt: skip


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (csv_of("id,text,text", "1,a,b"), "The column text is there twice"),
        (b"\n\n", "no header"),
        (csv_of(",".join(f"c{number}" for number in range(1001))), "1,001 columns"),
        (csv_of("x" * 300 + ",text", "1,a"), "longer than 200"),
    ],
)
def test_a_header_that_cannot_be_used_refuses_the_file(content, words):
    assert words in refusal(content, "csv")


def test_a_column_without_a_name_gets_its_place_for_a_name():
    assert read(csv_of(",text", "0,a"), "csv") == [(1, {"column_1": "0", "text": "a"})]


def test_a_line_without_end_stops_the_reading():
    rows = read(b"id,text\n1,a\n" + b"x" * 5000, "csv", Limits(row_bytes=1000))
    assert rows[0] == (1, {"id": "1", "text": "a"})
    assert rows[1][0] == 2 and rows[1][1].last


# JSON


def test_lines_that_are_no_objects_are_named():
    content = b'{"id": 1}\n{"id": \n[1]\n"text"\n3\nnull\n\n{"a": "\\ud800"}\n{"b": NaN}\n{"id": 2}\n'
    messages = said(content, "jsonl")
    assert sorted(messages) == [2, 3, 4, 5, 6, 7, 8]
    assert messages[2].startswith("Line 2 is not JSON")
    assert messages[3].startswith("This is a list;")
    assert "half of a surrogate pair" in messages[7]


@pytest.mark.parametrize("content", [
    b"[", b"[{", b'[{"a": 1}', b'[{"a": 1},', b'[{"a": 1} {"b": 2}]', b'[{"a": 1},]', b'[{"a": NaN}]', b'[{"a": 1}] x',
    b'[{"a": 1}, ' + b"[" * 100_000, b'[{"a": ' + b"9" * 5000 + b"}]", b'{"a": 1}', b"[]", b"[1]",
])  # fmt: skip
def test_a_broken_list_ends_where_it_breaks_and_never_raises_anything_else(content):
    try:
        rows = read(content, "json")
    except WrongContent:
        return
    assert rows[0] == (1, {"a": 1})
    assert rows[-1][1].last


def test_a_list_is_read_piece_by_piece(monkeypatch):
    from labelling.intake.formats import json_rows

    monkeypatch.setattr(json_rows, "PIECE", 7)
    rows = [{"key": f"k{number}", "text": "wörter " * number, "n": [number, -1.5e3]} for number in range(30)]
    for indent in (None, 3):
        assert read(json.dumps(rows, ensure_ascii=False, indent=indent).encode(), "json") == list(enumerate(rows, start=1))


def test_an_element_beyond_the_limit_stops_the_reading():
    rows = read(b'[{"a": 1}, {"a": "' + b"x" * 3_000_000 + b'"}]', "json", Limits(row_bytes=1000))
    assert rows[0] == (1, {"a": 1}) and rows[1][1].last


# Parquet


@pytest.mark.parametrize("content", [b"PAR1", b"PAR1" + b"\x00" * 100 + b"PAR1", parquet_of([{"a": 1}])[:-9], b"no"])
def test_a_broken_parquet_file_is_refused(content):
    assert "cannot be read as Parquet" in refusal(content, "parquet")


def test_a_parquet_file_without_rows_is_refused():
    out = io.BytesIO()
    pq.write_table(pa.table({"a": pa.array([], pa.string())}), out)
    assert refusal(out.getvalue(), "parquet") == "The file holds no rows."


# ZIP


def linked(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("../out.png", "has .. in its name"),
        ("a/../../out.png", "has .. in its name"),
        ("..\\out.png", "has .. in its name"),
        ("/etc/out.png", "absolute path"),
        ("C:\\out.png", "absolute path"),
        (linked("link.png"), "is a link"),
    ],
)
def test_names_that_lead_out_are_named_and_the_others_go_in(name, words):
    rows = read(zip_of([(name, b"x"), ("fine.png", b"y")]), "zip")
    assert words in rows[0][1].message
    assert rows[1][1]["file"].read() == b"y"


def test_a_bomb_is_named_without_unpacking_it():
    content = zip_of({"bomb.png": b"\x00" * 8_000_000, "fine.png": b"y"})
    assert list(said(content, "zip").values()) == ["bomb.png unpacks to 1,028 times its size, as a ZIP bomb does."]
    assert "at most 1,000 are taken" in said(content, "zip", Limits(member_bytes=1000))[1]


def test_all_files_together_are_bounded():
    content = zip_of({f"{number}.png": bytes([number]) * 1000 for number in range(5)})
    rows = read(content, "zip", Limits(unpacked_bytes=2500))
    assert [isinstance(row, dict) for _, row in rows] == [True, True, False]
    assert rows[-1][1].last
    assert "at most 3" in refusal(content, "zip", Limits(members=3))


def test_a_file_that_lies_about_its_size_is_read_only_to_the_limit():
    content = bytearray(zip_of({"a.png": b"x" * 5000}, zipfile.ZIP_STORED))
    rows = read(bytes(content), "zip", Limits(member_bytes=5000))
    packed = rows[0][1]["file"]
    object.__setattr__(packed, "limit", 100)
    assert packed.read().message == "a.png unpacks to more than 100 bytes."


def test_a_damaged_file_of_an_archive_is_named():
    content = bytearray(zip_of({"a.png": picture(), "b.png": picture("blue")}, zipfile.ZIP_STORED))
    content[content.index(b"IHDR")] ^= 0xFF
    rows = read(bytes(content), "zip")
    assert "cannot be unpacked" in rows[0][1]["file"].read().message
    assert rows[1][1]["file"].read() == picture("blue")


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"metadata.csv": csv_of("lab", "north"), "a.png": b"x"}, "no column that names the file"),
        ({"metadata.csv": csv_of("file", "a.png"), "metadata.jsonl": jsonl_of({"file": "a.png"}), "a.png": b"x"}, "more than one metadata"),
        ({"metadata.csv": csv_of("file", "a.png")}, "no pictures or sounds"),
        ({"metadata.csv": b"file\n\xff", "a.png": b"x"}, "metadata.csv: Line 2 holds the byte 0xFF"),
        ({}, "no pictures or sounds"),
    ],
)
def test_an_archive_that_makes_no_sense_is_refused(files, words):
    assert words in refusal(zip_of(files), "zip")


def test_metadata_may_name_the_file_under_the_field_that_shows_it_or_twice():
    files = {"a.png": b"one", "b.png": b"two"}
    for columns in ("picture,lab", "file,lab,picture"):
        rows = ["a.png,north", "b.png,south"] if columns == "picture,lab" else ["a.png,north,a.png", "b.png,south,b.png"]
        found = read(zip_of({**files, "metadata.csv": csv_of(columns, *rows)}), "zip")
        assert [(row["file"].name, {name: value for name, value in row.items() if name != "file"}) for _, row in found] == [
            ("a.png", {"lab": "north"}), ("b.png", {"lab": "south"})
        ]  # fmt: skip


def test_metadata_of_files_that_are_not_there_and_files_twice_are_named():
    files = {"a.png": b"x", "metadata.csv": csv_of("file,lab", "a.png,1", "a.png,2", "gone.png,3", ",4")}
    assert said(zip_of(files), "zip") == {
        2: "metadata.csv, row 2: the file a.png is there twice.",
        3: "metadata.csv, row 4: names no file.",
        4: "The metadata speak of gone.png, which is not in the archive.",
    }


def test_a_broken_archive_is_refused():
    assert "cannot be read as a ZIP" in refusal(zip_of({"a.png": b"x"})[:-10], "zip")


# memory, and anything at all


class Endless(io.RawIOBase):
    """Many rows without a file: only reading forwards."""

    def __init__(self, head: bytes, row: bytes, count: int) -> None:
        self.left, self.row, self.head, self.rest = count, row, head, head

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, *_: int) -> int:
        self.rest = self.head
        return 0

    def readinto(self, buffer) -> int:
        while len(self.rest) < len(buffer) and self.left:
            many = min(self.left, 1000)
            self.rest += self.row * many
            self.left -= many
        piece, self.rest = self.rest[: len(buffer)], self.rest[len(buffer) :]
        buffer[: len(piece)] = piece
        return len(piece)


@pytest.mark.parametrize(
    ("format", "head", "row"),
    [("csv", b"id,text\n", b"1," + b"x" * 500 + b"\n"), ("jsonl", b"", b'{"text": "' + b"x" * 500 + b'"}\n'),
     ("json", b'[{"a": 1}', b', {"text": "' + b"x" * 500 + b'"}')],
)  # fmt: skip
def test_memory_stays_flat_however_long_the_file_is(format, head, row):
    tracemalloc.start()
    try:
        count = sum(1 for _ in open_rows(io.BufferedReader(Endless(head, row, 60_000)), format))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count > 50_000
    assert peak < 6_000_000  # of a file of 30 MB


JSONISH = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=5
)
BYTES = st.one_of(
    st.binary(max_size=400),
    st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.text(alphabet='ab,;"\n\r\t\x00\ud800é{}[]:1\\', max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.lists(st.dictionaries(st.text(max_size=5), JSONISH, max_size=3), max_size=4).map(lambda rows: json.dumps(rows).encode()),
    st.binary(max_size=60).map(lambda junk: zip_of({"a.png": junk, "metadata.csv": junk})),
    st.tuples(st.integers(0, 10**6), st.integers(0, 255)).map(lambda pair: _flipped(zip_of({"a": b"hello", "metadata.jsonl": b'{"file": "a"}'}), *pair)),
    st.tuples(st.integers(0, 10**6), st.integers(0, 255)).map(lambda pair: _flipped(b'[{"id": 1, "data": {"text": "x"}}, {"id": 2}]', *pair)),
)


def _flipped(content: bytes, place: int, byte: int) -> bytes:
    changed = bytearray(content)
    changed[place % len(changed)] = byte
    return bytes(changed)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(content=BYTES, format=st.sampled_from(["guess", *FORMATS]))
def test_whatever_the_bytes_are_only_named_errors_come_out(content, format):
    file = io.BytesIO(content)
    try:
        rows = list(open_rows(file, guess_format(file, "") if format == "guess" else format))
    except WorkbenchError as error:
        assert error.message
        return
    numbers = [number for number, _ in rows]
    assert numbers == list(range(1, len(rows) + 1))
    for _, row in rows:
        assert isinstance(row, dict | BadRow)
        if isinstance(row, dict) and hasattr(row.get("file"), "read"):
            assert isinstance(row["file"].read(), bytes | BadRow)


def test_the_readers_need_no_django():
    import subprocess
    import sys

    code = "import sys; import labelling.intake.formats, labelling.intake.mapping, labelling.intake.sniff; assert 'django' not in sys.modules"
    done = subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).resolve().parents[2], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr

"""Which format a file has, by what is in it; the name only decides between those that look alike."""

from collections.abc import Iterable
from typing import BinaryIO

from labelling.errors import WrongContent
from labelling.intake.formats.text import encoding_of, head_of

MEDIA = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"OggS", b"fLaC", b"ID3")
OTHERS = {
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a gzip file. Unpack it first",
    b"\xd0\xcf\x11\xe0": "an old Office file. Save the sheet as CSV",
    b"SQLite format 3": "an SQLite database. Export a table as CSV",
    b"7z\xbc\xaf": "a 7z archive. Pack it as ZIP",
}


def guess_format(file: BinaryIO, name: str = "", *, display: Iterable[str] = ()) -> str:
    """One of FORMATS. `display` are the project's fields: with one called data, a list of objects that have data is no
    Label Studio export. Raises WrongContent for what is none of them, saying what it is."""
    head, whole = head_of(file)
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        if b"xl/workbook" in head or name.lower().endswith((".xlsx", ".xlsm")):
            raise WrongContent("The file is an Excel workbook. Save the sheet as CSV (UTF-8) and import that.")
        return "zip"
    if head.startswith(MEDIA):
        raise WrongContent("The file is a single picture or sound. Pack it, alone or with others, into a ZIP.")
    for magic, words in OTHERS.items():
        if head.startswith(magic):
            raise WrongContent(f"The file is {words}. CSV, JSONL, JSON, Parquet or ZIP can be imported.")
    encoding = encoding_of(head, whole=whole)
    text = (head.decode("utf-16", "replace") if encoding == "utf-16" else head.decode("utf-8-sig", "replace")).lstrip()
    if not text:
        raise WrongContent("The file holds nothing but blanks.")
    lowered = text[:300].lower()
    if lowered.startswith(("<?xml", "<svg", "<!doctype", "<html")):
        raise WrongContent("The file is XML or HTML. CSV, JSONL, JSON, Parquet or ZIP can be imported.")
    if name.lower().endswith((".csv", ".tsv")):
        return "csv"
    if text.startswith("{"):
        return "jsonl"
    if text.startswith("["):
        return "label_studio" if "data" not in set(display) and _is_label_studio(file) else "json"
    return "csv"


def _is_label_studio(file: BinaryIO) -> bool:
    from labelling.intake.formats import json_rows
    from labelling.intake.formats.base import Limits

    try:
        number_and_row = next(iter(json_rows.read(file, Limits())), (0, None))
    except WrongContent:
        return False
    row = number_and_row[1]
    return isinstance(row, dict) and isinstance(row.get("data"), dict) and ("id" in row or "annotations" in row)

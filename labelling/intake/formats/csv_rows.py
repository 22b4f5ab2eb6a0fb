"""CSV: comma, semicolon or tab, sniffed from the header; quoted cells may hold line breaks."""

import csv
from collections.abc import Iterator
from typing import BinaryIO

from labelling.errors import WrongContent
from labelling.intake.formats.base import BadRow, Limits, Row, Rows, check_columns
from labelling.intake.formats.text import LineTooLong, encoding_of, head_of, lines

DELIMITERS = ",;\t"
# The csv module keeps one limit for the whole process; ours is wider than its default and still bounds memory.
csv.field_size_limit(max(csv.field_size_limit(), Limits().row_bytes))


def read(file: BinaryIO, limits: Limits) -> Rows:
    head, whole = head_of(file)
    encoding = encoding_of(head, whole=whole)
    sample = head[2:].decode("utf-16-le" if head[0] == 0xFF else "utf-16-be", "replace") if encoding == "utf-16" else head.decode("utf-8-sig", "replace")
    delimiter = sniff_delimiter(sample)
    reader = csv.reader(lines(file, encoding, limits), delimiter=delimiter, strict=True)
    try:
        header = next(reader, None)
        while header is not None and not any(cell.strip() for cell in header):
            header = next(reader, None)
    except LineTooLong:
        raise WrongContent(f"The header is longer than {limits.row_bytes:,} bytes. Is this a CSV file?") from None
    except csv.Error as error:
        raise WrongContent(f"The header cannot be read: {error}.") from None
    except UnicodeDecodeError as error:
        raise WrongContent(f"The file says it is UTF-16, but byte {error.start + 1:,} is not.") from None
    if header is None:
        raise WrongContent("The file holds no header and no rows.")
    columns = [name.strip() or f"column_{place}" for place, name in enumerate(header, start=1)]
    check_columns(columns, limits)
    return Rows(_rows(reader, columns), columns, sure=True)


def sniff_delimiter(sample: str) -> str:
    """The delimiter that is most frequent in the header, outside of quotation marks; a comma if there is none."""
    counts = dict.fromkeys(DELIMITERS, 0)
    quoted = False
    for char in sample.lstrip("\ufeff\r\n"):
        if char == '"':
            quoted = not quoted
        elif char == "\n" and not quoted:
            break
        elif not quoted and char in counts:
            counts[char] += 1
    return max(DELIMITERS, key=lambda char: counts[char])


def _rows(reader: "csv._reader", columns: list[str]) -> Iterator[Row]:
    width, number = len(columns), 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            number += 1
            yield number, BadRow(f"Line {reader.line_num:,}: {_words(str(error))}")
            continue
        except LineTooLong:
            yield number + 1, BadRow(f"Line {reader.line_num + 1:,} is longer than {Limits().row_bytes:,} bytes. Nothing after it was read.", last=True)
            return
        except UnicodeDecodeError:
            yield number + 1, BadRow(f"After line {reader.line_num:,} the file is no longer UTF-16. Nothing after it was read.", last=True)
            return
        if not cells:
            continue
        number += 1
        if len(cells) == width:
            yield number, dict(zip(columns, cells, strict=True))
        else:
            found = "1 cell" if len(cells) == 1 else f"{len(cells):,} cells"
            yield number, BadRow(f"Line {reader.line_num:,} has {found}, but the header has {width:,}. Quote cells that hold the delimiter.")


def _words(error: str) -> str:
    if "unexpected end of data" in error:
        return "a quotation mark is opened and never closed; the rest of the file was taken for one cell."
    if "field larger" in error:
        return "a cell is too long. Is a quotation mark not closed?"
    if "expected after" in error:
        return "after a closing quotation mark the cell goes on. Write a quotation mark inside a cell twice."
    return f"{error}."

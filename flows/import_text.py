"""Turns a file's bytes into records: encodings, separators and quotation as people's programs write them.

Pure but for reading the stream. A line that cannot be read never costs its neighbours.
"""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

#: Lines a quoted cell may span. Past that the quotation mark was never closed, and only its line is bad.
CELL_LINES_MAX = 40
#: Characters of one record; more is no shipment.
RECORD_MAX = 100_000
SEPARATORS = (",", ";", "\t")
CHUNK = 1 << 16
#: What a file that is no UTF-8 is read as: the commoner first; only a text without control characters can be it.
WESTERN, ANY_BYTES = "cp1252", "latin-1"


@dataclass
class Record:
    """One line of the file, or several that a quoted cell holds together."""

    #: Where it begins, counted from 1.
    line: int
    cells: list[str] = field(default_factory=list)
    #: Why it cannot be read; empty for most.
    error: str = ""
    #: As it stands in the file.
    original: str = ""


def records(stream: BinaryIO) -> Iterator[Record]:
    """Answer the records of a seekable stream at its beginning, the header first; none of an empty file."""
    text = io.TextIOWrapper(stream, encoding=encoding_of(stream), errors="replace", newline="")
    try:
        lines = _physical_lines(text)
        first = next(lines, None)
        if first is None:
            return
        separator, named = _separator(first[1])
        if named:  # Excel's own first line, `sep=;`
            first = next(lines, None)
            if first is None:
                return
        head = _cells(first[1], separator)
        yield Record(first[0], head if isinstance(head, list) else [], "", first[1])
        yield from _records(lines, separator)
    finally:
        text.detach()  # the stream belongs to the caller


def encoding_of(stream: BinaryIO) -> str:
    """Find the encoding by reading the stream through; leaves it at its beginning."""
    mark = stream.read(512)
    stream.seek(0)
    if mark.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if len(mark) > 3 and mark.count(0) * 3 > len(mark):  # every second byte is empty: UTF-16 that lost its mark
        return "utf-16-be" if mark[0] == 0 else "utf-16-le"
    utf8, western = codecs.getincrementaldecoder("utf-8-sig")(), codecs.getincrementaldecoder(WESTERN)()
    found = "utf-8-sig"
    try:
        while chunk := stream.read(CHUNK):
            if found == "utf-8-sig" and not _decodes(utf8, chunk):
                found = WESTERN
                utf8.reset()
                stream.seek(0)
            elif found == WESTERN and (not _decodes(western, chunk) or _binary(chunk)):
                return ANY_BYTES
        if found == "utf-8-sig" and not _decodes(utf8, b"", final=True):
            found = WESTERN
    finally:
        stream.seek(0)
    return found


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final=final)
    except UnicodeDecodeError:
        return False
    return True


def _binary(chunk: bytes) -> bool:
    return any(byte < 32 and byte not in b"\t\r\n" for byte in chunk)


def _separator(first: str) -> tuple[str, bool]:
    """Answer the separator the first line speaks for, and whether that is all it says."""
    said = first.strip().strip('"').lower()
    if said.startswith("sep=") and said[4:] in {*SEPARATORS, ""} and len(first) < 10:
        return (said[4:] or "\t"), True
    return max(SEPARATORS, key=first.count), False


def _physical_lines(text: io.TextIOWrapper) -> Iterator[tuple[int, str]]:
    """Lines as an editor counts them, without their endings; what is far too long is cut, and so found to be bad."""
    number = 0
    while line := text.readline(RECORD_MAX + 1):
        number += 1
        rest = line
        while rest and not rest.endswith(("\n", "\r")):
            rest = text.readline(RECORD_MAX)
        yield number, line.rstrip("\r\n") if len(line) <= RECORD_MAX else line


def _records(lines: Iterator[tuple[int, str]], separator: str) -> Iterator[Record]:
    """Put lines together where a quoted cell spans them; give them back when its quotation mark is never closed."""
    waiting: list[tuple[int, str]] = []
    while True:
        number, line = waiting.pop(0) if waiting else next(lines, (0, ""))
        if not number:
            return
        taken = [line]
        while (cells := _cells("\n".join(taken), separator)) is None:
            if len(taken) > len(waiting):
                more = next(lines, None)
                if more is None:
                    break
                waiting.append(more)
            if len(taken) >= CELL_LINES_MAX or sum(map(len, taken)) > RECORD_MAX:
                break
            taken.append(waiting[len(taken) - 1][1])
        if cells is None:
            yield Record(number, error="a quotation mark is never closed", original=line)
            continue
        del waiting[: len(taken) - 1]
        original = "\n".join(taken)
        if isinstance(cells, str):
            yield Record(number, error=cells, original=original)
        else:
            yield Record(number, cells, original=original)


def _cells(line: str, separator: str) -> list[str] | str | None:
    """Answer the cells; None when a quoted cell goes on in the next line; a sentence when the line is broken."""
    if len(line) > RECORD_MAX:
        return f"longer than {RECORD_MAX} characters"
    try:
        return next(csv.reader([line], delimiter=separator, strict=True), [])
    except csv.Error as error:
        if "unexpected end of data" in str(error):
            return None
        return f"not readable as CSV: {error}"

"""Reads multipart bodies, within the limit for imports."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from flask import request
from werkzeug.datastructures import FileStorage

from web.problems import Fault, Problem, invalid
from web.requests import IMPORT_MAX

CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class FormParts:
    """A multipart body taken apart."""

    #: Name -> the files of that name, in their order.
    files: dict[str, list[bytes]]
    #: Name -> words; of a name that comes twice the last.
    words: dict[str, str]
    #: Over names and contents, not over the body: each attempt of a client draws another boundary.
    digest: bytes


def read_parts(names: Sequence[str]) -> FormParts:
    """Answer the files of those names and all words. Raises Problem and 413; other files are a fault."""
    if request.mimetype != "multipart/form-data":
        raise Problem(415, "Send the parts as multipart/form-data.", kind="not-multipart")
    request.max_content_length = IMPORT_MAX
    files: dict[str, list[bytes]] = {}
    digest = hashlib.sha256()
    for name, stored in request.files.items(multi=True):
        if name not in names:
            raise invalid([Fault(name, "there is no such file")])
        content = stored.stream.read()
        files.setdefault(name, []).append(content)
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    words = request.form.to_dict()
    for name in sorted(words):
        digest.update(f"{name}\0{len(words[name])}\0{words[name]}\0".encode(errors="surrogatepass"))
    return FormParts(files, words, digest.digest())


def read_upload(name: str) -> tuple[FileStorage, bytes]:
    """Answer the file of that field, at its beginning, and a digest of what was sent. Raises Problem and 413.

    The digest is over the file, not the body: each attempt of a client draws another boundary.
    """
    if request.mimetype != "multipart/form-data":
        raise Problem(415, f"Send the file as multipart/form-data, field `{name}`.", kind="not-multipart")
    request.max_content_length = IMPORT_MAX
    found = request.files.get(name)
    if found is None:
        raise invalid([Fault(name, "the file is missing")])
    digest = hashlib.sha256()
    while chunk := found.stream.read(CHUNK):
        digest.update(chunk)
    found.stream.seek(0)
    return found, digest.digest()

"""Reads a file out of a multipart body, within the limit for imports."""

import hashlib

from flask import request
from werkzeug.datastructures import FileStorage

from web.problems import Fault, Problem, invalid
from web.requests import IMPORT_MAX

CHUNK = 1 << 16


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

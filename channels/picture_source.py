"""Where the pictures of a text come from: what every source can do, and how it says that it cannot. Pure."""

from typing import Protocol


class NotFetched(Exception):
    """The picture could not be had just now; the same call may work later."""

    def __init__(self, code: str) -> None:
        """Take a short name for the log, never an address: `timeout`, `http_503`."""
        super().__init__(code)
        self.code = code


class NeverFetched(NotFetched):
    """The picture cannot be had, now or later: it is gone, too big, or not where pictures may come from."""


class PictureSource(Protocol):
    """A place that keeps the pictures of incoming texts. Nothing may be open on this thread."""

    def fetch(self, url: str) -> bytes:
        """Answer the bytes. Raises NotFetched, NeverFetched."""

    def delete(self, url: str) -> None:
        """Delete the provider's copy; one that is gone already is deleted. Raises NotFetched, NeverFetched."""


class NoPictures:
    """No source at all: every picture is refused."""

    def fetch(self, url: str) -> bytes:  # noqa: ARG002  the protocol has it
        """Refuse."""
        raise NeverFetched("no_source")

    def delete(self, url: str) -> None:  # noqa: ARG002  the protocol has it
        """Refuse."""
        raise NeverFetched("no_source")

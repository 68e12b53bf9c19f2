"""The console with agents of every role, logged in without a browser."""

import re
from dataclasses import dataclass
from typing import Any

from argon2 import PasswordHasher
from fakes.webapp import Web
from flask.testing import FlaskClient

from flows import accounts

PASSWORD = "correct horse battery"
#: The same check with less work than in earnest: the parameters stand in the hash.
HASH = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
AGENTS = {
    "rita@example.com": ("default", "read_only"),
    "ada@example.com": ("default", "agent"),
    "lea@example.com": ("default", "lead"),
    "max@example.com": ("default", "admin"),
    "olga@example.com": ("other", "admin"),
}


def hire(web: Web) -> None:
    """Give both retailers their agents."""
    with web.database.write() as session:
        for email, (retailer, role) in AGENTS.items():
            session.add(
                accounts.Agent(
                    retailer=retailer,
                    email=email,
                    name=email.split("@")[0].capitalize(),
                    role=role,
                    password_hash=HASH,
                    created_at=web.clock.now,
                )
            )


@dataclass
class Desk:
    """One agent at work."""

    web: Web
    client: FlaskClient

    @classmethod
    def of(cls, web: Web, email: str = "ada@example.com") -> "Desk":
        client = web.app.test_client()
        answer = client.post("/console/login", data={"email": email, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        return cls(web, client)

    def get(self, path: str) -> Any:
        return self.client.get(f"/console{path}")

    def page(self, path: str) -> str:
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[:500])
        return answer.text  # type: ignore[no-any-return]

    def post(self, path: str, *, form_of: str = "/shipments", once: str | None = None, **form: Any) -> Any:
        """Send a form with the tokens of a page."""
        page = self.page(form_of)
        found = re.search(r'name="csrf" value="([0-9a-f]+)"', page)
        assert found is not None
        said = {"csrf": found[1], **form}
        if once is not None:
            said["once"] = once
        return self.client.post(f"/console{path}", data=said)

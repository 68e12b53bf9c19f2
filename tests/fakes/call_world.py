"""A web, a world of lines, and an exchange that calls it: one installation for the tests of calls."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from fakes.line_world import POOL, LineWorld
from fakes.twilio_calls import Callee, Exchange, Pairs, Played
from fakes.webapp import BASE, MAIN, OTHER_MAIN, Web, make_web, settings_for
from sqlalchemy import select

from db import Database
from flows.call_models import Call
from flows.line_models import LineEnd


@dataclass
class CallWorld:
    """Lines, and telephones that ring."""

    web: Web
    lines: LineWorld
    exchange: Exchange

    @classmethod
    def build(cls, database: Database, folder: Path, now: datetime, workflow: str = "", **settings: Any) -> "CallWorld":
        (folder / "workflows").mkdir(exist_ok=True)
        (folder / "workflows" / "default.yml").write_text(f"quiet_hours: off\nlanguages: [en, es]\n{workflow}")
        web = make_web(database, settings_for(database, folder, **{"relay_numbers": POOL, **settings}), now)

        def post(url: str, pairs: Pairs) -> tuple[int, str, str]:
            assert url.startswith(BASE)
            answer = web.twilio(url.removeprefix(BASE), dict(pairs))
            return answer.status_code, answer.text, answer.content_type

        exchange = Exchange(post, BASE, {MAIN, OTHER_MAIN, *POOL})
        return cls(web, LineWorld(web.database, web.house, now), exchange)

    def call(self, caller: str, to: str, callee: Callee | None = None, **more: Any) -> Played:
        return self.exchange.call(caller, to, callee, **more)

    def later(self, **step: float) -> None:
        self.lines.later(**step)
        self.web.clock.forward(**step)

    def row(self, played: Played) -> Call:
        with self.web.database.read() as session:
            return session.scalars(select(Call).where(Call.sid == played.sid)).one()

    def end(self, proxy: str, phone: str) -> LineEnd:
        with self.web.database.read() as session:
            query = select(LineEnd).where(LineEnd.proxy == proxy, LineEnd.phone == phone, LineEnd.ended_at.is_(None))
            return session.scalars(query).one()

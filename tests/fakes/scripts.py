"""Conversations written down as scripts: who says what, what comes back, and what the database then holds.

docs/conversation-scripts.md tells how to write one.
"""

import base64
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fakes.fl_world import ANA, BEN, OAKLAND, OURS, World
from ruamel.yaml import YAML
from sqlalchemy import select

from channels.messages import InboundMessage
from channels.models import InboxRow, OutboxRow
from channels.pictures import clean
from db import Database
from flows import proofs, upkeep
from flows.bringing_pictures import keep_upload
from flows.case_reading import entries, evidence_of
from flows.house import House
from flows.lines import line_of
from flows.models import Case
from flows.outbound_events import of_shipment
from flows.story_models import OutboundEvent, Story
from flows.texts import Texts
from flows.workflow_values import duration
from tracking_core.models import Shipment
from tracking_core.proofs import NewProof, ProofKind
from tracking_core.shipments import promises

FOLDER = Path(__file__).resolve().parents[1] / "conversations"
DEE, EVE = "+14155550200", "+14155550201"
PEOPLE = {"ana": ANA, "ben": BEN, "dee": DEE, "eve": EVE, "stranger": "+14155550999"}
POOL = ("+15005550101", "+15005550102")
ZONE = ZoneInfo("America/Los_Angeles")
#: A Tuesday morning in Oakland; times in scripts are by the clock there.
MORNING = "2026-12-01 09:00"
#: The way of a parcel to each state a script may begin with.
WAYS = {
    "created": (),
    "shipped": ("shipped",),
    "at_local_hub": ("shipped", "at_local_hub"),
    "out_for_delivery": ("shipped", "out_for_delivery"),
    "arriving": ("shipped", "out_for_delivery", "arriving"),
    "at_address": ("shipped", "out_for_delivery", "at_address"),
    "delivered": ("shipped", "out_for_delivery", "delivered"),
}
#: What a script may send along, as the phones in the browser send it.
MEDIA = {
    "photo": "data:image/png;base64,"
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==",
    "paper": "data:application/pdf;base64,JVBERi0xLjQKJSVFT0YK",
}
STEPS = {"says", "not", "template", "by", "texts", "to", "media", "pictures"}
DOES = {"later", "restart", "nlu", "scan", "expects", "tick", "tidy", "case", "patch", "parcel", "proof"}
THEN = {
    "promised",
    "line",
    "sources",
    "story",
    "cases",
    "requests",
    "delivery",
    "destination",
    "state",
    "bodies",
    "outbox",
    "pictures",
    "priority",
}


@dataclass(frozen=True)
class Script:
    """One conversation."""

    file: str
    said: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.file}: {self.said['title']}"


def scripts() -> Iterator[Script]:
    """Every conversation there is, file by file."""
    for path in sorted(FOLDER.glob("*.yml")):
        for said in YAML(typ="safe").load(path.read_text(encoding="utf-8")):
            yield Script(path.stem, said)


class Rendered(Texts):
    """The texts, with a list of what was rendered."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def render(self, name: str, /, *rest: Any, **values: Any) -> str:
        self.names.append(name)
        return super().render(name, *rest, **values)


class Killable:
    """An understanding that dies in the middle of a conversation, as a killed server does: keywords go on."""

    def __init__(self, alive: Any, left: Any) -> None:
        self.alive, self.left, self.dead = alive, left, False

    def understand(self, text: str, *, language: str | None = None) -> Any:
        return (self.left if self.dead else self.alive).understand(text, language=language)


@dataclass
class Play:
    """One script being played."""

    script: Script
    world: World
    nlu: Killable
    texts: Rendered
    parcels: dict[str, int] = field(default_factory=dict)

    @classmethod
    def build(cls, script: Script, database: Database, folder: Path, nlu: Killable) -> "Play":
        said = script.said
        unknown = said.keys() - {"title", "language", "now", "workflow", "parcels", "talk", "then"}
        assert not unknown, f"{script}: unknown keys {unknown}"
        workflow = said.get("workflow", "")
        world = World.build(database, moment(said.get("now", MORNING)), folder, workflow, nlu=nlu, relay_numbers=POOL)
        play = cls(script, world, nlu, Rendered())
        play.restart()
        for parcel in said.get("parcels", ({},)):
            play.parcel(dict(parcel))
        world.later(minutes=3)
        return play

    def restart(self, *_: Any) -> None:
        """Everything that lives in memory is made anew."""
        old = self.world.house
        self.texts = Rendered()
        fresh = House.build(old.settings, nlu=self.nlu, pictures=old.pictures)
        self.world.house = _with_texts(fresh, self.texts)

    def parcel(self, said: dict[str, Any]) -> None:
        order, state = said.pop("order", "A1001"), said.pop("state", "shipped")
        promised = said.pop("promised", "12-01 14:00 - 16:00")
        more: dict[str, Any] = {"customer_locale": self.script.said.get("language", "en")}
        if promised:
            more["promised_from"], more["promised_to"] = window(promised)
        if "driver" in said:
            name = said.pop("driver")
            more |= {"driver_name": name.title(), "driver_phone": PEOPLE[name]}
        more["phone"] = PEOPLE[said.pop("of", "ana")]
        more["destination"] = {**OAKLAND, "line1": "1 Main St", **said.pop("destination", {})}
        self.parcels[order] = self.world.parcel(order, **more, **said)
        if WAYS[state]:
            self.world.scan(self.parcels[order], *WAYS[state], silent=True)

    def run(self) -> None:
        for number, step in enumerate(self.script.said["talk"], start=1):
            self.step(dict(step), f"{self.script}, step {number}")
        for what, wanted in (self.script.said.get("then") or {}).items():
            assert what in THEN, f"{self.script}: nothing is called {what}"
            got = getattr(self, f"then_{what}")(wanted)
            assert got == wanted, f"{self.script}: {what} is {got!r}, not {wanted!r}"

    def step(self, step: dict[str, Any], where: str) -> None:
        did = step.keys() & (DOES | PEOPLE.keys())
        assert len(did) == 1 and not step.keys() - STEPS - did, f"{where}: {sorted(step)}"
        name = did.pop()
        before = self.owed()
        self.texts.names.clear()
        if name in PEOPLE:
            self.world.later(seconds=61)
            self.hear(step[name], PEOPLE[name], tuple(step.get("media", ())))
        else:
            getattr(self, f"do_{name}")(step[name])
        reader = PEOPLE[step.get("to", name if name in PEOPLE else "ana")]
        answers = [row for row in self.rows() if row.id not in before and row.recipient == reader]
        self.check(step, [row.text for row in answers], where)
        if "pictures" in step:
            assert sum(len(row.media) for row in answers) == step["pictures"], f"{where}: pictures"

    def check(self, step: dict[str, Any], said: list[str], where: str) -> None:
        whole = "\n".join(said)
        told = f"{where}: said {whole!r}"
        for wanted in _list(step.get("says")):
            assert found(wanted, whole), f"{told}; {wanted!r} is missing"
        for unwanted in _list(step.get("not")):
            assert not found(unwanted, whole), f"{told}; {unwanted!r} should not be there"
        for name in _list(step.get("template")):
            assert name in self.texts.names, f"{told}; of the texts {self.texts.names}, not {name}"
        if "texts" in step:
            assert len(said) == step["texts"], told
        if "by" in step:
            assert self.handled_by() == step["by"], f"{told}; handled by {self.handled_by()}"

    # -- what happens besides talking ------------------------------------------------------------------------------

    def hear(self, text: str, sender: str, media: tuple[str, ...]) -> None:
        from channels import inbox

        provider_id = f"SM{next(self.world._ids)}"
        sent = tuple(MEDIA[name] for name in media)
        message = InboundMessage("sms", provider_id, sender, OURS, str(text or ""), sent)
        with self.world.database.write() as session:
            assert inbox.receive(session, message, now=self.world.now)
        self.world.work()

    def do_later(self, said: str) -> None:
        self.world.now += duration(said)

    def do_proof(self, said: dict[str, str]) -> None:
        """A photo the driver sent, or the name of who signed."""
        for order, what in said.items():
            with self.world.database.write() as session:
                parcel = session.get_one(Shipment, self.parcels[order])
                if what == "photo":
                    content = base64.b64decode(MEDIA["photo"].partition(",")[2])
                    picture = keep_upload(
                        session, clean(content), retailer=parcel.retailer, original=content, now=self.world.now
                    )
                    proofs.add_photo(
                        session, self.world.house, parcel, picture, source="driver_page", now=self.world.now
                    )
                else:
                    signed = NewProof(kind=ProofKind.SIGNATURE, source="driver_page", content=what, note=what)
                    proofs.add(session, self.world.house, parcel, signed, now=self.world.now)

    def do_parcel(self, said: dict[str, Any]) -> None:
        self.parcel(dict(said))

    def do_restart(self, _: Any) -> None:
        self.restart()

    def do_nlu(self, said: str) -> None:
        self.nlu.dead = {"dead": True, "alive": False}[said]

    def do_scan(self, said: dict[str, Any]) -> None:
        for order, statuses in said.items():
            self.world.scan(self.parcels[order], *_list(statuses))

    def do_expects(self, said: dict[str, dict[str, str]]) -> None:
        """The carrier says when it will come, or only that it is late, and why."""
        for order, news in said.items():
            more: dict[str, Any] = {"eta": window(news["window"])} if "window" in news else {"flags": ("delayed",)}
            self.world.scan(self.parcels[order], "update", reason=news.get("reason"), **more)

    def do_tick(self, _: Any) -> None:
        upkeep.tick(self.world.database, self.world.house, now=self.world.now)

    def do_tidy(self, _: Any) -> None:
        upkeep.tidy(self.world.database, now=self.world.now)

    # -- what the database then holds ------------------------------------------------------------------------------

    def then_promised(self, wanted: dict[str, Any]) -> dict[str, Any]:
        return {order: as_window(self.shipment(order)) for order in wanted}

    def then_sources(self, wanted: dict[str, Any]) -> dict[str, Any]:
        with self.world.database.read() as session:
            return {order: [one.source for one in promises(session, self.shipment(order))] for order in wanted}

    def then_story(self, wanted: Any) -> Any:
        with self.world.database.read() as session:
            rows = list(session.scalars(select(Story).order_by(Story.id)))
        return [f"{row.story} {row.state}" for row in rows] if isinstance(wanted, list) else None

    def then_cases(self, _: Any) -> list[str]:
        with self.world.database.read() as session:
            return list(session.scalars(select(Case.reason).order_by(Case.id)))

    def then_pictures(self, _: int) -> int:
        """How many pictures are attached to the cases."""
        with self.world.database.read() as session:
            opened = session.scalars(select(Case)).all()
            return sum(len(evidence_of(entries(session, one)).get("pictures", ())) for one in opened)

    def then_priority(self, _: list[str]) -> list[str]:
        with self.world.database.read() as session:
            return list(session.scalars(select(Case.priority).order_by(Case.id)))

    def then_requests(self, wanted: Any) -> Any:
        with self.world.database.read() as session:
            if isinstance(wanted, dict):
                return {o: [one.kind for one in of_shipment(session, self.parcels[o])] for o in wanted}
            return list(session.scalars(select(OutboundEvent.kind).order_by(OutboundEvent.id)))

    def then_delivery(self, wanted: dict[str, Any]) -> dict[str, Any]:
        return {
            order: {key: self.shipment(order).delivery.get(key) for key in fields} for order, fields in wanted.items()
        }

    def then_destination(self, wanted: dict[str, Any]) -> dict[str, Any]:
        return {
            order: {key: self.shipment(order).destination.get(key) for key in fields}
            for order, fields in wanted.items()
        }

    def then_state(self, wanted: dict[str, Any]) -> dict[str, Any]:
        return {order: self.shipment(order).state for order in wanted}

    def then_bodies(self, wanted: dict[str, bool]) -> dict[str, bool]:
        """Whether these words still stand in a text of either box."""
        with self.world.database.read() as session:
            texts = [*session.scalars(select(InboxRow.text)), *session.scalars(select(OutboxRow.text))]
        return {words: any(words in text for text in texts) for words in wanted}

    def then_line(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """The state of each parcel's line."""
        with self.world.database.read() as session:
            found = {order: line_of(session, self.parcels[order]) for order in wanted}
        return {order: line and line.state for order, line in found.items()}

    def then_outbox(self, wanted: int) -> int:
        return len(self.rows()) if isinstance(wanted, int) else -1

    def shipment(self, order: str) -> Shipment:
        return self.world.shipment(self.parcels[order])

    def rows(self) -> list[OutboxRow]:
        return self.world.outbox(states=("queued", "held"))

    def owed(self) -> set[int]:
        return {row.id for row in self.rows()}

    def handled_by(self) -> str | None:
        with self.world.database.read() as session:
            return session.scalar(select(InboxRow.handled_by).order_by(InboxRow.id.desc()).limit(1))


def found(wanted: str, text: str) -> bool:
    """Whether the words, or the /pattern/, stand in the text."""
    wanted = str(wanted)
    if len(wanted) > 2 and wanted[0] == wanted[-1] == "/":
        return re.search(wanted[1:-1], text) is not None
    return bare(wanted) in bare(text)


def bare(text: str) -> str:
    """The text without accents: a text message may have lost some, and a script is written for people."""
    return "".join(sign for sign in unicodedata.normalize("NFD", text) if not unicodedata.combining(sign))


def moment(said: str) -> datetime:
    """`2026-12-01 09:00` or `12-01 09:00` on the clock in Oakland."""
    said = said if len(said) > 11 else f"2026-{said}"
    return datetime.strptime(said, "%Y-%m-%d %H:%M").replace(tzinfo=ZONE)


def window(said: str) -> tuple[datetime, datetime]:
    """`12-01 14:00 - 16:00`."""
    begins, _, end = said.partition(" - ")
    opens = moment(begins)
    hour, minute = map(int, end.split(":"))
    closes = opens.replace(hour=hour % 24, minute=minute) + timedelta(days=hour // 24)
    return opens, closes


def as_window(shipment: Shipment) -> str | None:
    """The promised window, written as `window` reads it."""
    if shipment.promised_from is None or shipment.promised_to is None:
        return None
    begins, ends = shipment.promised_from.astimezone(ZONE), shipment.promised_to.astimezone(ZONE)
    hour = ends.hour + 24 * (ends.date() - begins.date()).days
    return f"{begins:%m-%d %H:%M} - {hour:02}:{ends.minute:02}"


def _with_texts(house: House, texts: Texts) -> House:
    from dataclasses import replace

    return replace(house, texts=texts)


def _list(said: Any) -> list[Any]:
    if said is None:
        return []
    return said if isinstance(said, list) else [said]

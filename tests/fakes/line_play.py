"""A long random play on the driver line, and a judge who believes nothing but what people were told.

The judge keeps its own books: which orders a number was given to a person for (read from the texts that said so), who
brings and who awaits each order, and who wrote which words. Every text carries a token; wherever a token turns up, the
judge asks whether it may.
"""

import random
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from fakes.line_world import LineWorld
from sqlalchemy import func, select, update

from channels import consent, inbox
from channels.messages import InboundMessage
from channels.models import InboxRow, OutboxRow
from db import Database
from flows import accounts, lines, router
from flows.tracking import create_shipment, take_events
from tracking_core.models import Shipment
from tracking_core.shipments import NewShipment, assign_driver

#: As the play's workflow says.
COOL_OFF = timedelta(days=2)
POOL = tuple(f"+1500555010{number}" for number in range(1, 7))
MAINS = {"default": "+15005550006", "other": "+15005550007"}
PEOPLE = tuple(f"+1415555{number:04}" for number in range(1201, 1213))
DRIVERS = PEOPLE[:5]
#: The last two drivers await parcels of their own.
CUSTOMERS = PEOPLE[3:]
STATES = ("delivered", "attempt_failed", "out_for_delivery", "out_for_delivery", "at_address")
DIGITS = "zero one two three four five six seven eight nine".split()  # noqa: SIM905  a table of words
TOKEN = re.compile(r"tok(\d+)z")
ORDER = re.compile(r"\bO(\d+)\b")
TAG = re.compile(r"begin with #(\d+)")


@dataclass
class Wrote:
    """Who wrote a token, and where."""

    who: str
    ours: str
    #: The tag the text began with.
    tag: str | None = None
    reached: list[str] = field(default_factory=list)


class Judge:
    """What people were told, and what they may therefore expect."""

    def __init__(self) -> None:
        #: (number, person) -> orders it was last given to them for.
        self.told: dict[tuple[str, str], set[int]] = {}
        #: (retailer's number, driver, tag) -> orders.
        self.tags: dict[tuple[str, str, str], set[int]] = {}
        #: (number of the pool, person) -> when, and with whom, they last spoke there.
        self.spoke: dict[tuple[str, str], tuple[datetime, str]] = {}
        #: order -> (customer, driver now).
        self.parties: dict[int, tuple[str, str]] = {}
        self.wrote: dict[int, Wrote] = {}

    def counterparts(self, wrote: Wrote) -> set[str]:
        """Whom these words may reach now."""
        if wrote.ours in POOL:
            orders = self.told.get((wrote.ours, wrote.who), set())
        elif wrote.tag:
            orders = self.tags.get((wrote.ours, wrote.who, wrote.tag), set())
        else:
            orders = self.told.get((wrote.ours, wrote.who), set())
        return {other for order in orders if (other := self.other(order, wrote.who))}

    def other(self, order: int, who: str) -> str | None:
        """Who is at the other end of an order; None when the person has nothing to do with it any more."""
        customer, driver = self.parties[order]
        return {customer: driver, driver: customer}.get(who)

    def reads(self, row: OutboxRow) -> None:
        """Judge one text we owe, and learn from it what its reader now believes."""
        figures = re.sub(r"\D", " ", row.text)
        squeezed = re.sub(r"\s+", "", figures)
        for person in PEOPLE:
            assert person[2:] not in squeezed, f"a number of a party in a text: {row.text!r}"
            assert spelled(person) not in row.text, f"a spelled number in a text: {row.text!r}"
        for found in TOKEN.finditer(row.text) if row.state != "cancelled" else ():
            self._judge(row, self.wrote[int(found[1])], found[0])
        if not TOKEN.search(row.text) and row.category == "relay" and row.key.startswith("line:"):
            self._believe(row)

    def _judge(self, row: OutboxRow, wrote: Wrote, token: str) -> None:
        if row.recipient == wrote.who:
            return  # their own words, quoted back because they did not arrive
        if not row.key.startswith(("relay:", "line:")):
            # What a customer asks to be done at the door is told to whoever brings the parcel: a story of its own.
            brings = {self.other(order, wrote.who) for order in self.parties}
            assert row.recipient in brings, f"{token} was told to a stranger: {row.key}"
            return
        assert row.recipient in self.counterparts(wrote), f"{token} was for another: {row.key}"
        assert not wrote.reached, f"{token} was passed on twice"
        wrote.reached.append(row.recipient)
        if row.sender in POOL:
            self.spoke[row.sender, wrote.who] = (row.created_at, row.recipient)
            self.spoke[row.sender, row.recipient] = (row.created_at, wrote.who)
        known = row.sender == wrote.ours or (row.sender, wrote.who) in self.told
        assert known, f"{token} came from a number its sender knows nothing of"

    def _believe(self, row: OutboxRow) -> None:
        orders = {int(number) for number in ORDER.findall(row.text)}
        if re.search(r" \+\d+\b", row.text):  # "O26 +2": what else these two have with one another
            pairs = {self.parties[order] for order in orders}
            orders |= {order for order, pair in self.parties.items() if pair in pairs}
        if ":opened:" in row.key or ":moved:" in row.key:
            self._has_rested(row, orders)
            self.told[row.sender, row.recipient] = orders | (self.told.get((row.sender, row.recipient), set()))
            if tagged := TAG.search(row.text):
                self.tags[row.sender, row.recipient, tagged[1]] = orders

    def _has_rested(self, row: OutboxRow, orders: set[int]) -> None:
        """A number means nobody else to a person while a late text of theirs may still be on its way."""
        at, other = self.spoke.get((row.sender, row.recipient), (None, ""))
        same_order = orders & self.told.get((row.sender, row.recipient), set())
        same_pair = any(self.other(order, row.recipient) == other for order in orders)
        rested = at is None or row.created_at - at >= COOL_OFF
        assert rested or same_order or same_pair, f"{row.key}: the number was given to somebody else too soon"


class Play:
    """The play: random moves on one database."""

    def __init__(self, database: Database, folder: Path, now: Any, seed: int, policy: str = "mask") -> None:
        self.world = LineWorld.with_pool(database, now, folder, f"relay: {{leaks: {policy}, cool_off: 2d}}\n", POOL)
        with database.write() as session:
            accounts.add_retailer(session, "other", MAINS["other"], now=now)
        self.random, self.judge = random.Random(seed), Judge()
        self.ids: dict[int, int] = {}
        self.last_out = 0
        self.texts = self.passed = self.moves = 0
        self.sent: list[InboundMessage] = []

    @property
    def now(self) -> Any:
        return self.world.now

    def move(self) -> None:
        """Make one move and judge what came of it."""
        self.moves += 1
        self.world.now += timedelta(seconds=self.random.choice((61, 70, 200, 900)))
        pick = self.random.random()
        if pick < 0.55 and self.ids:
            self.say()
        elif pick < 0.63 or not self.ids:
            self.order()
        elif pick < 0.73:
            self.open()
        elif pick < 0.79:
            self.hand_over()
        elif pick < 0.85:
            self.scan()
        elif pick < 0.89:
            self.close()
        elif pick < 0.92:
            self.lose()
        elif pick < 0.95:
            self.say_again()
        else:
            self.world.now += timedelta(hours=self.random.choice((1, 5, 26, 60)))
            self.world.settle()
        self.read()

    def read(self) -> list[OutboxRow]:
        """Judge everything that is newly owed, in the order it is."""
        with self.world.database.read() as session:
            query = select(OutboxRow).where(OutboxRow.id > self.last_out).order_by(OutboxRow.id)
            rows = list(session.scalars(query))
        for row in rows:
            self.judge.reads(row)
        self.last_out = rows[-1].id if rows else self.last_out
        return rows

    def order(self) -> None:
        number = len(self.ids) + 1
        driver, customer = self.random.choice(DRIVERS), self.random.choice(CUSTOMERS)
        if driver == customer:
            customer = CUSTOMERS[-1]
        retailer = self.random.choice(("default", "default", "other"))
        new = NewShipment(
            order_number=f"O{number}",
            customer_phone=customer,
            customer_locale="en",
            customer_name="Cleo",
            driver_name="Dan",
            driver_phone=driver,
        )
        with self.world.database.write() as session:
            shipment, _ = create_shipment(session, self.world.house, new, retailer=retailer, now=self.now)
            self._scanned(session, shipment, "out_for_delivery")
            self.ids[number] = shipment.id
        self.judge.parties[number] = (customer, driver)

    def _scanned(self, session: Any, shipment: Shipment, status: str, **more: Any) -> None:
        event = self.world.event(status, silent=True, **more)  # milestones are another story's
        take_events(session, self.world.house, [event], retailer=shipment.retailer, now=self.now, shipment=shipment)

    def scan(self) -> None:
        with self.world.database.write() as session:
            shipment = session.get_one(Shipment, self.ids[self._lately()])
            self._scanned(session, shipment, self.random.choice(STATES), correction=self.random.random() < 0.3)

    def open(self) -> None:
        order = self._lately()
        with self.world.database.write() as session:
            shipment = session.get_one(Shipment, self.ids[order])
            by = self.random.choice((lines.CUSTOMER, lines.DRIVER))
            line = lines.open_line(session, self.world.house, shipment, opened_by=by, now=self.now)
        if isinstance(line, lines.Line) and line.opened_at != self.now and line.proxy:
            # Their line was open: whoever asked is answered with its number, and it is about this order as well.
            pair = self.judge.parties[order]
            shared = {one for one, parties in self.judge.parties.items() if parties == pair}
            for person in pair:
                self.judge.told.setdefault((line.proxy, person), set()).update(shared)

    def close(self) -> None:
        with self.world.database.write() as session:
            line = lines.line_of(session, self.ids[self._lately()])
            if line is not None:
                lines.close(session, self.world.house, line, why="agent", now=self.now)

    def hand_over(self) -> None:
        order = self._lately()
        customer, former = self.judge.parties[order]
        driver = self.random.choice([one for one in DRIVERS if one != customer])
        with self.world.database.write() as session:
            shipment = session.get_one(Shipment, self.ids[order])
            before = shipment.driver_id
            assign_driver(session, shipment, name="Dan", phone=driver, now=self.now)
            if self.random.random() < 0.6:  # else nobody says so: it must be noticed
                lines.driver_changed(session, self.world.house, shipment, before=before, now=self.now)
        self.judge.parties[order] = (customer, driver)
        self.read()
        known = [key for key, orders in self.judge.told.items() if key[1] in (customer, former) and order in orders]
        if known:  # people write in the very moment of the change
            self.say(*self.random.choice(known))

    def lose(self) -> None:
        """Some texts that were passed on do not arrive."""
        with self.world.database.write() as session:
            newest = select(func.max(OutboxRow.id)).where(OutboxRow.key.like("relay:%"), OutboxRow.state == "queued")
            change = update(OutboxRow).where(OutboxRow.id == session.scalar(newest))
            session.execute(change.values(state="undelivered"))
        self.world.settle()

    def say(self, ours: str = "", who: str = "") -> None:
        """Somebody writes: to a number they know, or to any of ours."""
        self.texts += 1
        known = [key for key in self.judge.told if key[0] in POOL]
        if not ours and known and self.random.random() < 0.85:
            ours, who = self.random.choice(known)
        if not ours:
            ours, who = self.random.choice((*POOL, *MAINS.values())), self.random.choice(PEOPLE)
        tag = None
        tags = [key for key in self.judge.tags if key[0] == ours and key[1] == who]
        if tags and self.random.random() < 0.8:
            tag = self.random.choice(tags)[2]
        word = self.random.random()
        if word < 0.03:
            return self.hear(who, ours, "STOP")
        if word < 0.08:
            return self.hear(who, ours, "START")
        if word < 0.1:
            return self.hear(who, ours, self.random.choice("12"))
        self.judge.wrote[self.texts] = Wrote(who, ours, tag)
        text = f"{f'#{tag} ' if tag else ''}{self._words()} tok{self.texts}z"
        expected = self._must_arrive(who, ours)
        self.hear(who, ours, text)
        reached = self.judge.wrote[self.texts].reached
        self.passed += len(reached)
        if expected is not None:
            assert reached == [expected], f"{text!r} to an open line did not arrive"
        return None

    def _words(self) -> str:
        person = self.random.choice(PEOPLE)
        local = f"{person[2:5]}-{person[5:8]}-{person[8:]}"
        return self.random.choice(
            (
                "I am at the blue door",
                "gate code 4412, ring twice",
                "where is my order",
                "delivered",
                "thanks",
                f"call me at {local}",
                f"my number is {person}",
                f"ring {spelled(person)}",
            )
        )

    def _must_arrive(self, who: str, ours: str) -> str | None:
        """Whom the text must reach: there is an open line at this number for an order the person is a party of."""
        if ours not in POOL:
            return None
        with self.world.database.read() as session:
            for order in sorted(self.judge.told.get((ours, who), ()))[-3:]:
                line = lines.line_of(session, self.ids[order])
                other = self.judge.other(order, who)
                if line is None or line.state != "open" or line.proxy != ours or other is None:
                    continue
                driver = session.get_one(Shipment, self.ids[order]).driver_id
                both = {who, other} == set(self.judge.parties[order]) and line.driver_id == driver
                out = any(consent.is_opted_out(session, line.retailer, one) for one in (who, other))
                if both and not out:
                    return other
        return None

    def hear(self, who: str, ours: str, text: str) -> None:
        message = InboundMessage("sms", f"SM{self.moves}", who, ours, text)
        self.sent.append(message)
        with self.world.database.write() as session:
            assert inbox.receive(session, message, now=self.now)
        answered = self.work()
        with self.world.database.read() as session:
            row = session.scalars(select(InboxRow).where(InboxRow.provider_id == message.provider_id)).one()
            assert row.state == "handled", f"{text!r} was left lying"
            out = consent.is_opted_out(session, row.retailer, who)
        token = TOKEN.search(text)
        if token is not None and not out:
            reached = self.judge.wrote[int(token[1])].reached
            told = [one for one in answered if one.recipient == who]
            assert reached or told, f"{text!r} had no effect: {row.handled_by}"

    def say_again(self) -> None:
        """The provider delivers a text a second time."""
        if self.sent:
            with self.world.database.write() as session:
                assert not inbox.receive(session, self.random.choice(self.sent), now=self.now)

    def work(self) -> list[OutboxRow]:
        while True:
            with self.world.database.write() as session:
                claimed = inbox.claim(session, worker="w", now=self.now, limit=5, lease_s=30)
            if not claimed:
                return self.read()
            for one in claimed:
                router.handle(self.world.database, self.world.house, one, clock=lambda: self.now)
            if claimed[0].text.strip("12"):  # only an answer to a menu brings an earlier text back
                return self.read()

    def _lately(self) -> int:
        return self.random.choice(sorted(self.ids)[-12:])


def spelled(phone: str) -> str:
    """A number as some write it to get past a filter."""
    return " ".join(DIGITS[int(digit)] for digit in phone[2:])

"""How somebody is told about parcels: by text, by mail, or both; at once, or when the night is over."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from channels import consent, outbox, shadow
from channels.messages import Category, OutboundMessage, Status
from channels.models import Contact, OutboxRow
from channels.talks import hold
from flows import languages, shadow_rules
from flows.house import House
from flows.promises import mail_key
from flows.quiet_hours import next_allowed
from flows.senders import main_sender, sender_of_mail
from flows.wording import Wording
from flows.workflow import Workflow
from tracking_core.models import Shipment
from tracking_core.states import ShipmentState

SMS, EMAIL = "sms", "email"
#: While the driver is this near, a text about the parcel is worth waking for.
NEAR = frozenset({ShipmentState.OUT_FOR_DELIVERY, ShipmentState.ARRIVING, ShipmentState.AT_ADDRESS})
#: For so long after these, too.
JUST_HAPPENED = frozenset({ShipmentState.DELIVERED, ShipmentState.ATTEMPT_FAILED})
JUST_HAPPENED_FOR = timedelta(hours=1)


@dataclass
class Telling:
    """One occasion of telling people about parcels, inside one transaction."""

    session: Session
    house: House
    workflow: Workflow
    retailer: str
    now: datetime
    #: How many messages were newly owed.
    owed: int = 0
    _senders: dict[str, str | None] = field(default_factory=dict)

    def wording(self, shipment: Shipment) -> Wording:
        """The words for the parcel's owner."""
        language = languages.of_shipment(self.session, shipment, self.workflow)
        return Wording(self.house, self.workflow, language, self.now)

    def ways(self, shipment: Shipment) -> tuple[str, ...]:
        """By which channels the parcel's owner may be told; empty when by none."""
        allowed = self.workflow.channels.milestones
        found = []
        if SMS in allowed and self._may_text(shipment):
            found.append(SMS)
        if EMAIL in allowed and shipment.customer_email and self.house.email_configured:
            found.append(EMAIL)
        return tuple(found)

    def tell(
        self,
        way: str,
        shipment: Shipment,
        template: str,
        values: dict[str, Any],
        *,
        category: Category,
        key: str,
        validity: timedelta | None = None,
        due: datetime | None = None,
        awake: bool | None = None,
    ) -> bool:
        """Owe one message about the parcel. False: it is owed already under that key.

        key: without the channel; a mail's gets `:email`. due: not before this, whatever the hour. awake: it may come
        at night; by default the parcel's state decides.
        """
        wording = self.wording(shipment)
        if way == EMAIL:
            message, start = self._mail(shipment, wording, template, values, category), due
            key = mail_key(key)
        else:
            quiet = None if (self.may_wake(shipment) if awake is None else awake) else self.workflow.quiet_hours
            if quiet is not None and category in quiet.never_held:
                quiet = None
            start = next_allowed(max(self.now, due or self.now), wording.zone(shipment), quiet)
            message = self._text(shipment, wording, template, values, category)
        held = start if start is not None and start > self.now else None
        if validity is not None:
            message = replace(message, valid_until=(held or self.now) + validity)
        quietly = shadow_rules.covers(self.session, self.workflow, shipment, template, category)
        fresh = outbox.enqueue(self.session, message, key=key, now=self.now, not_before=held, shadow=quietly)
        if quietly and fresh:
            shadow.forget_first_texts(self.session, self.retailer, address=message.recipient)
        self.owed += fresh
        return fresh

    def may_wake(self, shipment: Shipment) -> bool:
        """Whether a text about the parcel may come in quiet hours: the driver is near, or it has just happened."""
        state = ShipmentState(shipment.state)
        if state in NEAR:
            return True
        happened = shipment.state_at
        return state in JUST_HAPPENED and happened is not None and self.now - happened <= JUST_HAPPENED_FOR

    def hold_talks(self, shipment: Shipment) -> tuple[str, ...]:
        """Hold the conversations with the parcel's owner until the transaction ends; answers the ways to tell them.

        All of them, whatever may be written to now: what the owner has said of texts may change until they are held.
        """
        addresses = {SMS: shipment.customer_phone, EMAIL: shipment.customer_email}
        possible = [way for way in self.workflow.channels.milestones if way == SMS or self.house.email_configured]
        pairs = [(self._sender(way), addresses[way]) for way in possible]
        hold(
            self.session,
            [one for one in addresses.values() if one],
            retailer=self.retailer,
            ours=[(ours, theirs) for ours, theirs in pairs if ours and theirs],
        )
        return self.ways(shipment)

    def withdraw(self, keys: Iterable[str], *, reason: str) -> set[str]:
        """Take back those planned messages that still wait; answers their keys. What is due already stays."""
        wanted = list(keys)
        if not wanted:
            return set()
        held = select(OutboxRow.recipient).where(OutboxRow.key.in_(wanted), OutboxRow.state == Status.HELD)
        people = set(self.session.scalars(held))
        if not people:
            return set()
        hold(self.session, people)
        change = (
            update(OutboxRow)
            .where(OutboxRow.key.in_(wanted), OutboxRow.state == Status.HELD)
            .values(state=Status.CANCELLED, reason=reason, settled_at=self.now)
            .returning(OutboxRow.key, OutboxRow.recipient, OutboxRow.created_at)
            .execution_options(synchronize_session=False)
        )
        taken = self.session.execute(change).all()
        for _, recipient, created_at in taken:
            # The first text to a person carries the hint how to opt out. It was not sent: the next one is the first.
            self.session.execute(
                update(Contact)
                .where(
                    Contact.retailer == self.retailer,
                    Contact.address == recipient,
                    Contact.first_told_at == created_at,
                )
                .values(first_told_at=None)
                .execution_options(synchronize_session=False)
            )
        return {key for key, _, _ in taken}

    def _may_text(self, shipment: Shipment) -> bool:
        allowed = shipment.sms_consent if shipment.sms_consent is not None else self.workflow.consent.default
        if not allowed or not shipment.customer_phone or self._sender(SMS) is None:
            return False
        query = select(Contact.opted_out_at, Contact.unreachable_code).where(
            Contact.retailer == self.retailer, Contact.address == shipment.customer_phone
        )
        known = self.session.execute(query).one_or_none()
        return known is None or (known.opted_out_at is None and known.unreachable_code is None)

    def _sender(self, way: str) -> str | None:
        if way not in self._senders:
            own = main_sender(self.session, self.retailer) if way == SMS else None
            self._senders[way] = own if way == SMS else sender_of_mail(self.session, self.house, self.retailer)
        return self._senders[way]

    def _text(
        self, shipment: Shipment, wording: Wording, template: str, values: dict[str, Any], category: Category
    ) -> OutboundMessage:
        sender, recipient = self._sender(SMS) or "", shipment.customer_phone or ""
        hint = ""
        if self._is_first(recipient):
            hint = self.house.texts.phrase("opt_out_hint", wording.language, self.workflow)
        text = self.house.texts.fitting(template, wording.language, self.workflow, values, ending=hint)
        return OutboundMessage(
            channel=SMS,
            sender=sender,
            recipient=recipient,
            text=text,
            category=category,
            retailer=self.retailer,
            shipment_id=shipment.id,
        )

    def _is_first(self, recipient: str) -> bool:
        """Whether this is the first text ever to that person; from now on it is not."""
        return consent.first_text(self.session, self.retailer, recipient, now=self.now)

    def _mail(
        self, shipment: Shipment, wording: Wording, template: str, values: dict[str, Any], category: Category
    ) -> OutboundMessage:
        known = {**values, "name": shipment.customer_name, "contact": self.workflow.contact}
        subject, body = self.house.texts.mail(template, wording.language, self.workflow, **known)
        return OutboundMessage(
            channel=EMAIL,
            sender=self._sender(EMAIL) or "",
            recipient=shipment.customer_email or "",
            subject=subject,
            text=body,
            category=category,
            retailer=self.retailer,
            shipment_id=shipment.id,
        )


def free_key(session: Session, beginning: str) -> str:
    """Answer `beginning` with the first number behind it that no message has: `milestone:42:shipped:1`."""
    query = select(OutboxRow.key).where(
        OutboxRow.key.in_([f"{beginning}:{number}{way}" for number in range(1, 100) for way in ("", ":email")])
    )
    taken = {key.removesuffix(":email") for key in session.scalars(query)}
    return next(key for number in range(1, 1000) if (key := f"{beginning}:{number}") not in taken)


def ours_of(session: Session, ids: Iterable[int]) -> list[Shipment]:
    """Those of the parcels that nobody else is deciding about, by id, held until the transaction ends; never waits.

    Conversations are held by now, and whoever holds a parcel may wait for them: to wait for it would be a circle.
    A time is told, and entered into the ledger, of these parcels only.
    """
    query = select(Shipment).where(Shipment.id.in_(list(ids))).order_by(Shipment.id)
    query = query.with_for_update(of=Shipment, skip_locked=True).execution_options(populate_existing=True)
    return list(session.scalars(query))


def parcels_of(session: Session, ids: Sequence[int]) -> list[Shipment]:
    """The parcels with those ids, in the order of their ids."""
    return list(session.scalars(select(Shipment).where(Shipment.id.in_(ids)).order_by(Shipment.id)))

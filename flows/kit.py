"""What a flow is given with a text: who wrote, in which conversation, and how to answer."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.understanding import Understanding
from channels import outbox
from channels.inbox import ClaimedText
from channels.messages import Category, OutboundMessage
from channels.models import Conversation, OutboxRow
from channels.picture_models import Picture, PictureState
from db import insert_once
from flows import bringing_pictures, languages
from flows.house import House
from flows.models import Dialogue, PendingQuestion
from flows.wording import Wording
from flows.workflow import Workflow
from tracking_core.models import Shipment

#: Two machines that answer each other stop after a few texts: no identical answer sooner than this …
SAME_ANSWER_AFTER = timedelta(seconds=60)
#: … and no more than so many identical ones in an hour …
SAME_PER_HOUR = 10
#: … nor so many of any kind. Answers to a question of ours do not count.
ANSWERS_PER_HOUR = 60


@dataclass
class Kit:
    """One text being handled, inside one transaction."""

    session: Session
    house: House
    workflow: Workflow
    now: datetime
    retailer: str
    conversation: Conversation
    dialogue: Dialogue
    text: ClaimedText
    language: str
    #: None in the first stage, where nobody has been asked what the text means.
    understanding: Understanding | None = None
    #: The text answers a question of ours: such answers do not count as automatic ones.
    answering: bool = False
    #: The parcel the text turned out to be about.
    shipment_id: int | None = None
    #: The pictures of this text, in their order, that can be shown.
    pictures: tuple[Picture, ...] = ()
    #: Why the others were not taken: `channels.pictures.Why`, or `failed` for what could not be fetched.
    refused: tuple[str, ...] = ()
    #: The thoughts of a text that holds several, with what each means: see `flows.thoughts`.
    thoughts: tuple[tuple[str, Understanding], ...] = ()
    #: Answers wait here, with their keys, while the thoughts of one text are served; None: they are owed at once.
    held: list[tuple[OutboundMessage, str]] | None = None
    #: An open story has put its question in answer to this text.
    story_asked: bool = False
    #: Which rule decided, when it says more than the flow's name: it stands in the row.
    rule: str | None = None
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @classmethod
    def open(
        cls,
        session: Session,
        house: House,
        text: ClaimedText,
        *,
        now: datetime,
        understanding: Understanding | None = None,
        thoughts: tuple[tuple[str, Understanding], ...] = (),
    ) -> "Kit":
        """Gather what is known of the person who wrote."""
        workflow = house.workflows.of(session, text.retailer)
        dialogue = _dialogue(session, text, now)
        dialogue.updated_at = now
        sent = bringing_pictures.of_text(session, text.id) if text.media else []
        for one in sent:
            one.retailer = text.retailer  # to a number that several share, the line has said whose text it is
        default = languages.of_locale(_locale(session, text), workflow) or workflow.language
        return cls(
            session=session,
            house=house,
            workflow=workflow,
            now=now,
            retailer=text.retailer,
            conversation=session.get_one(Conversation, text.conversation_id),
            dialogue=dialogue,
            text=text,
            language=languages.notice(dialogue, text.text, workflow, default),
            understanding=understanding,
            thoughts=thoughts,
            pictures=tuple(one for one in sent if one.is_ready),
            refused=tuple(_why(one) for one in sent if not one.is_ready),
        )

    @property
    def wording(self) -> Wording:
        """Times and reasons in the conversation's language."""
        return Wording(self.house, self.workflow, self.language, self.now)

    def compose(self, template: str, **values: Any) -> str:
        """Answer the words of a reply, in the conversation's language, two segments at most where it can be."""
        return self.house.texts.fitting(template, self.language, self.workflow, values)

    def next_key(self) -> str:
        """The key of the next answer to this text: `reply:17:1`; `answer:17:1` when it follows a question of ours."""
        return f"{'answer' if self.answering else 'reply'}:{self.text.id}:{next(self._numbers)}"

    def say(
        self,
        words: str,
        *,
        key: str | None = None,
        category: Category = Category.REPLY,
        media: tuple[str, ...] = (),
    ) -> bool:
        """Owe the person these words, and pictures by address, from the number that was texted.

        False: they are owed already.
        """
        message = OutboundMessage(
            channel=self.text.channel,
            sender=self.text.recipient,
            ours=self.text.ours,
            recipient=self.text.sender,
            text=words,
            media=media,
            category=category,
            retailer=self.retailer,
            shipment_id=self.shipment_id,
        )
        if self.held is not None:
            self.held.append((message, key or self.next_key()))
            return True
        return outbox.enqueue(self.session, message, key=key or self.next_key(), now=self.now)

    def reply(self, template: str, *, key: str | None = None, **values: Any) -> bool:
        """Answer with a text. False: it was left unsaid, because two machines seem to be talking."""
        words = self.compose(template, **values)
        return not self.is_loop(words) and self.say(words, key=key)

    def confirm(self, template: str, **values: Any) -> bool:
        """Say something about consent: it goes out at once, also to somebody who has opted out."""
        return self.say(self.compose(template, **values), key=f"consent:{self.text.id}:1", category=Category.CONSENT)

    def is_loop(self, words: str) -> bool:
        """Whether these words are one automatic answer too many."""
        if self.answering:
            return False
        query = select(OutboxRow.text, OutboxRow.created_at).where(
            OutboxRow.conversation_id == self.conversation.id,
            OutboxRow.category == Category.REPLY,
            OutboxRow.key.like("reply:%"),
            OutboxRow.created_at > self.now - timedelta(hours=1),
        )
        said = self.session.execute(query.limit(ANSWERS_PER_HOUR)).all()
        same = [at for text, at in said if text == words]
        lately = any(at > self.now - SAME_ANSWER_AFTER for at in same)
        return lately or len(same) >= SAME_PER_HOUR or len(said) >= ANSWERS_PER_HOUR

    def question(self) -> PendingQuestion | None:
        """The question we have open with this person, None when there is none or it is too old."""
        found = self.session.scalar(
            select(PendingQuestion).where(PendingQuestion.conversation_id == self.conversation.id)
        )
        return found if found is not None and found.expires_at > self.now else None

    def ask(self, story: str, options: list[dict[str, Any]]) -> None:
        """Remember that a question is open: `story` takes the answer. It replaces the one before."""
        self.forget_question()
        self.session.add(
            PendingQuestion(
                conversation_id=self.conversation.id,
                retailer=self.retailer,
                story=story,
                options=options,
                asked_at=self.now,
                expires_at=self.now + self.workflow.conversation.forget_after,
            )
        )
        self.session.flush()

    def forget_question(self) -> None:
        """Close whatever question is open."""
        self.session.execute(
            delete(PendingQuestion).where(PendingQuestion.conversation_id == self.conversation.id),
            execution_options={"synchronize_session": "fetch"},
        )

    def understood(self) -> Understanding:
        """What the text means. Only in the second stage."""
        if self.understanding is None:
            raise RuntimeError("nobody has been asked yet what this text means")
        return replace(self.understanding, language=self.language)


def _why(picture: Picture) -> str:
    return picture.reason or "failed" if picture.state == PictureState.REFUSED else "failed"


def _dialogue(session: Session, text: ClaimedText, now: datetime) -> Dialogue:
    known = session.get(Dialogue, text.conversation_id)
    if known is not None:
        return known
    fresh = Dialogue(
        conversation_id=text.conversation_id,
        retailer=text.retailer,
        language=None,
        language_asked=False,
        misses=0,
        updated_at=now,
    )
    return fresh if insert_once(session, fresh) else session.get_one(Dialogue, text.conversation_id)


def _locale(session: Session, text: ClaimedText) -> str | None:
    """The language of the person's newest order."""
    query = (
        select(Shipment.locale)
        .where(Shipment.retailer == text.retailer, Shipment.customer_phone == text.sender)
        .order_by(Shipment.id.desc())
        .limit(1)
    )
    return session.scalar(query)

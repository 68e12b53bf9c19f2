"""The rows behind the stories: which is open, which waits, which may still be corrected."""

from collections.abc import Sequence

from sqlalchemy import select

from flows.kit import Kit
from flows.stories.machine import Talk
from flows.story_models import Story
from tracking_core.models import Shipment


def under_way(kit: Kit) -> Talk | None:
    """The story that waits for an answer, with this text noted in it; None when there is none, or it is too old."""
    rows = rows_of(kit, "open")
    if not rows:
        return None
    talk = talk_of(kit, rows[0])
    if kit.text.id not in talk.data.get("inbox", ()):
        talk.note(inbox=[*talk.data.get("inbox", ()), kit.text.id])
    kit.shipment_id = kit.shipment_id or talk.row.shipment_id
    return talk


def talk_of(kit: Kit, row: Story) -> Talk:
    """The story of that row, for this text."""
    return Talk(kit, row, kit.session.get(Shipment, row.shipment_id) if row.shipment_id is not None else None)


def rows_of(kit: Kit, state: str) -> Sequence[Story]:
    """The person's stories in that state that are not forgotten yet, the newest first."""
    query = select(Story).where(
        Story.conversation_id == kit.conversation.id, Story.state == state, Story.expires_at > kit.now
    )
    return kit.session.scalars(query.order_by(Story.touched_at.desc(), Story.id.desc())).all()


def fresh(kit: Kit, name: str) -> Story:
    """A new story; the open one has to wait."""
    make_way(kit, name)
    row = Story(
        conversation_id=kit.conversation.id,
        retailer=kit.retailer,
        story=name,
        step="",
        state="open",
        data={},
        misses=0,
        returns=0,
        started_at=kit.now,
        touched_at=kit.now,
        expires_at=kit.now + kit.workflow.conversation.forget_after,
    )
    kit.session.add(row)
    kit.session.flush()
    return row


def make_way(kit: Kit, name: str) -> None:
    """Let the open story wait; the same one again, and one that has been forgotten, ends."""
    query = select(Story).where(Story.conversation_id == kit.conversation.id, Story.state == "open")
    for row in kit.session.scalars(query):
        row.state = "waiting" if row.story != name and row.expires_at > kit.now else "ended"
    kit.session.flush()


def end(talk: Talk, state: str) -> None:
    """End the story: `ended`, or `done` while it may be corrected. Its question is closed."""
    talk.row.state = state
    talk.kit.forget_question()
    talk.kit.session.flush()

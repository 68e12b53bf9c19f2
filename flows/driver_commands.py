"""What a driver's words do to the round: each is answered in one short text that says what comes next."""

from collections.abc import Callable, Sequence

from bot.driver_words import Said, Word
from flows import driver_proofs
from flows.cases import open_case
from flows.driver_actions import NOT_OUT_YET, Action, act
from flows.driver_desk import TEXT, Desk
from flows.driver_questions import ask_minutes, ask_which
from flows.driver_showing import done, notes, show, show_list
from flows.driver_stops import report
from flows.driver_undo import Undone, undo
from tracking_core import rounds
from tracking_core.rounds import DRIVER, Stop
from tracking_core.states import ShipmentState as S

#: Of so many parcels one report is taken back at once.
MOST_AT_ONCE = 200


def perform(desk: Desk, said: Said, named: Sequence[Stop]) -> None:
    """Do what the words say: of the stops they name, or of the one they must mean, or of the whole round."""
    whole = WHOLE.get(said.word)
    if whole is not None:
        whole(desk, said, named)
        return
    stops = list(named) or meant(desk, said.word)
    if not stops:
        done(desk, said, ())
    elif len(stops) == 1 or named or desk.one_door(stops):
        report(desk, stops, said)
    else:
        ask_which(desk, stops, said)


def meant(desk: Desk, word: Word) -> list[Stop]:
    """The stop a text without a number means: where the driver is, else where they arrive, else the next in order.

    Several that may be meant are all answered: then it is asked, unless they are at one door.
    """
    left = desk.left
    at, near, out = ([stop for stop in left if stop.state is state] for state in rounds.AT_HAND)
    if word is Word.ON_MY_WAY:
        return near or _first_door(desk, [stop for stop in left if stop.state is not S.AT_ADDRESS]) or at
    if at or near:
        return at or near
    recent = _just_delivered(desk) if word is Word.GAVE_UP else []
    if recent:  # the one just delivered, or the next one: nobody knows
        return [*recent, *left[:1]]
    return _first_door(desk, out or left)


def late(desk: Desk, said: Said, named: Sequence[Stop]) -> None:  # noqa: ARG001  a delay is the whole round's
    """Move what is left of the round."""
    if said.minutes is None:
        ask_minutes(desk, said)
        return
    following = desk.next()
    if following is None:
        done(desk, said, ())
        return
    kit = desk.kit
    acted = act(
        kit.session,
        kit.house,
        desk.driver,
        following.shipment,
        Action.LATE,
        at=kit.text.received_at,
        source=TEXT,
        key=f"{desk.origin}:late",
        minutes=said.minutes,
        more=said.more,
        now=kit.now,
    )
    kit.answering = kit.answering or acted.changed
    desk.fresh()
    desk.reply_next("driver_late", desk.next(), minutes=said.minutes, count=len(desk.left), told=acted.told)


def set_out(desk: Desk, said: Said, named: Sequence[Stop]) -> None:
    """Everything that is left goes out for delivery; each customer is told once."""
    kit = desk.kit
    going = [stop for stop in named or desk.left if stop.state in NOT_OUT_YET or stop.state is S.ATTEMPT_FAILED]
    if not going:
        show(desk, said, ())
        return
    went = 0
    for stop in sorted(going, key=lambda one: one.shipment.id):
        acted = act(
            kit.session,
            kit.house,
            desk.driver,
            stop.shipment,
            Action.ON_MY_WAY,
            at=kit.text.received_at,
            source=TEXT,
            key=f"{desk.origin}:set_out",
            recount=False,
            now=kit.now,
        )
        went += acted.changed
    kit.answering = kit.answering or went > 0
    rounds.count_down(kit.session, desk.fresh().round.stops, now=kit.now)
    desk.reply_next("driver_started", desk.next(), count=went)


def take_back(desk: Desk, said: Said, named: Sequence[Stop]) -> None:
    """Take the last report back, of all parcels it was of; a stop named beside it is the one that was meant."""
    kit = desk.kit
    back = _undone(desk)
    if not back:
        desk.reply("driver_nothing_to_undo")
        return
    kit.answering, kit.shipment_id = True, back[0].shipment.id
    desk.fresh()
    wrong = {one.shipment.id for one in back}
    instead = [stop for stop in named if stop.shipment.id not in wrong]
    desk.reply_next(
        "driver_undone",
        None if instead else desk.next(),
        order=" + ".join(one.shipment.order_number for one in reversed(back)),
        state=desk.state(back[0].state),
        told=any(one.told_customer for one in back),
    )
    if instead:
        report(desk, instead, Said(Word(back[0].action), note=said.note))


def _undone(desk: Desk) -> list[Undone]:
    kit = desk.kit
    found: list[Undone] = []
    while len(found) < MOST_AT_ONCE:
        key = f"{desk.origin}:undo:{len(found)}"
        before = found[0].said if found else None
        back = undo(kit.session, kit.house, desk.driver, source=TEXT, key=key, said=before, now=kit.now)
        if back is None:
            break
        found.append(back)
    return found


def call_help(desk: Desk, said: Said, named: Sequence[Stop]) -> None:  # noqa: ARG001  as all of them
    """Call a person, at once."""
    kit = desk.kit
    open_case(
        kit.session,
        kit.house,
        retailer=kit.retailer,
        reason="driver_help",
        conversation_id=kit.conversation.id,
        phone=kit.text.sender,
        language=kit.language,
        text=kit.text.text,
        evidence={"inbox": [kit.text.id], "driver": desk.driver.name},
        by=DRIVER,
        now=kit.now,
    )
    desk.reply("driver_help_called")


def _just_delivered(desk: Desk) -> list[Stop]:
    found = driver_proofs.just_delivered(desk.kit.session, desk.driver, now=desk.kit.now)[:1]
    return [stop for one in found if (stop := desk.round.stop(one.id)) is not None]


def _first_door(desk: Desk, stops: Sequence[Stop]) -> list[Stop]:
    """What goes to the first door of these; all of them where nothing says which door is the first."""
    door = [stop for stop in stops if desk.one_door([stops[0], stop])]
    others = [stop for stop in stops if stop not in door]
    if not others:
        return door
    first, second = stops[0].shipment, others[0].shipment
    begins, later = first.promised_from or first.promised_to, second.promised_from or second.promised_to
    known = first.stop_number is not None or (begins is not None and begins != later)
    return door if known else list(stops)


#: What concerns the whole round, or no stop's state.
WHOLE: dict[Word, Callable[[Desk, Said, Sequence[Stop]], None]] = {
    Word.EMERGENCY: call_help,
    Word.LATE: late,
    Word.SET_OUT: set_out,
    Word.NEXT: show,
    Word.NOTES: notes,
    Word.LIST: show_list,
    Word.DONE: done,
    Word.UNDO: take_back,
}

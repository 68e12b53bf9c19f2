"""A driver's words for a customer: passed on over their line, which opens with them."""

from flows import lines
from flows.driver_desk import Desk
from flows.driver_questions import LEAK
from flows.line_words import Sides
from flows.lines import Fate, Line
from tracking_core.rounds import Stop


def write(desk: Desk, stop: Stop, words: str, *, confirmed: bool = False) -> None:
    """Pass the words on to the stop's customer, over their line. confirmed: asked about what they give away."""
    kit = desk.kit
    order, kit.shipment_id = stop.shipment.order_number, stop.shipment.id
    line = lines.open_line(kit.session, kit.house, stop.shipment, opened_by=lines.DRIVER, now=kit.now)
    if not isinstance(line, Line):
        desk.reply("driver_line", order=order, sent=False, why=line.value)
        return
    passed = lines.pass_on(
        kit.session,
        kit.house,
        line,
        role=lines.DRIVER,
        text=words,
        pictures=desk.pictures,
        key=f"relay:{desk.origin}",
        inbox_id=desk.origin,
        confirmed=confirmed,
        now=kit.now,
    )
    if passed.fate is Fate.ASKED:
        kit.ask(LEAK, [{"origin": desk.origin, "shipment_id": stop.shipment.id, "words": words}])
        sides = Sides.of(kit.session, kit.house, line, now=kit.now)
        desk.reply("line_ask", orders=order, what=sides.kinds(lines.DRIVER, passed.hidden))
    elif passed.sent:
        kit.answering = True
        desk.reply("driver_line", order=order, sent=True, why="")
    elif passed.fate is Fate.CLOSED:
        desk.reply("driver_line", order=order, sent=False, why="over")

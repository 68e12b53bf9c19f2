"""What a tap is answered, in the page's language. Pure."""

from collections.abc import Mapping
from typing import Any

from flows.driver_taps import Outcome
from web.wording import Words

#: What was done, by action.
ACTED = {
    "on_my_way": "drive.said.on_my_way",
    "here": "drive.said.here",
    "delivered": "drive.said.delivered",
    "nobody_home": "drive.said.nobody_home",
    "cannot_find": "drive.said.asked",
    "cannot_access": "drive.said.asked",
    "refused": "drive.said.refused",
    "damaged": "drive.said.damaged",
    "gave_up": "drive.said.gave_up",
    "late": "drive.said.late",
}
#: Everything else that can become of a tap.
OUTCOMES = {
    "photo": "drive.said.photo",
    "no_photo": "drive.said.no_photo",
    "shown": "drive.said.shown",
    "not_shown": "drive.said.not_shown",
    "undone": "drive.said.undone",
    "not_undone": "drive.said.not_undone",
    "too_old": "drive.said.too_old",
    "not_yours": "drive.said.not_yours",
    "already": "drive.said.already",
    "over": "drive.said.over",
    "not_out": "drive.said.not_out",
    "overtaken": "drive.said.overtaken",
    "pin_wanted": "drive.said.pin_wanted",
    "pin_sent": "drive.said.pin_sent",
    "pin_wrong": "drive.said.pin_wrong",
    "pin_malformed": "drive.said.pin_malformed",
    "pin_locked": "drive.said.pin_locked",
    "kept": "drive.said.kept",
    "no_minutes": "drive.said.no_minutes",
    "opened": "drive.said.opened",
    "passed": "drive.said.passed",
    "known": "drive.said.passed",
    "asked": "drive.said.leak_asked",
    "blocked": "drive.said.leak_blocked",
    "damped": "drive.said.damped",
    "empty": "drive.said.empty",
    "closed": "drive.said.closed",
    "no_driver": "drive.said.closed",
    "no_phone": "drive.said.no_phone",
    "no_consent": "drive.said.no_consent",
    "opted_out": "drive.said.no_consent",
    "same_person": "drive.said.no_phone",
    "no_number": "drive.said.closed",
}
WHY_NOT_OUT, WHY_OVER = "drive.said.line_not_out", "drive.said.line_over"


def answer(outcome: Outcome, said: Words) -> str:
    """The sentences about a tap."""
    about: Mapping[str, Any] = outcome.about
    order = str(about.get("order", ""))
    if outcome.name == "acted":
        return " ".join(_acted(about, order, said))
    if about.get("what") == "line" and outcome.name in ("not_out", "over"):
        return said(WHY_NOT_OUT if outcome.name == "not_out" else WHY_OVER, order=order)
    values = {"order": order, "left": about.get("left", 0), "digits": about.get("digits", 0)}
    parts = [said(OUTCOMES.get(outcome.name, "drive.said.closed"), **values)]
    if outcome.name == "passed" and about.get("hidden"):
        parts.append(said("drive.said.masked"))
    return " ".join(parts)


def _acted(about: Mapping[str, Any], order: str, said: Words) -> list[str]:
    action = str(about.get("action"))
    values = {"order": order, "minutes": about.get("minutes", 0), "stops": about.get("stops", 0)}
    parts = [said(ACTED[action], **values)]
    if action in ("cannot_find", "cannot_access"):
        parts.append(said("drive.said.line_open") if about.get("line") else said("drive.said.not_asked"))
    elif about.get("told"):
        parts.append(said("drive.said.told"))
    if about.get("photos"):
        parts.append(said("drive.said.photo_kept"))
    if about.get("refused"):
        parts.append(said("drive.said.photo_refused"))
    elif about.get("photo_wanted"):
        parts.append(said("drive.said.photo_wanted"))
    return parts

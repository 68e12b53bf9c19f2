"""The texts there are, and what each of them is told. A retailer's own words may use these values and no others."""

PARCEL = ("order", "window", "reasons", "link")
FAILED = ("order", "window", "reason", "link")
COUNTED = ("count", "total")
MAIL = ("name", "contact")
PERSON = ("order", "person")

_MOVES = ("processed", "shipped", "out_for_delivery", "arriving", "at_address", "delivered")
_STATES = (
    *("created", "in_transit", "at_local_hub", "available_for_pickup", "on_hold", "attempt_failed", "exception"),
    *("returning", "returned", "cancelled", "lost", "expired"),
    *_MOVES,
)
#: Requests that a person settles, each with its own words.
CASE_INTENTS = (
    "reschedule",
    "delivery_instructions",
    "change_address",
    "contact_driver",
    "not_received",
    "damaged",
    "wrong_or_missing_item",
    "cancel_order",
    "return_or_refund",
    "complaint",
)
_WHOLE = tuple(dict.fromkeys((*PARCEL, *FAILED)))

#: Name -> the values it is told, beside `brand`, which all are. A name ending in `.email` is a mail: its first line is
#: the subject.
TEXTS: dict[str, tuple[str, ...]] = {
    "phrase_day": ("away", "weekday", "month", "day"),
    "phrase_window": ("begins", "ends", "day_from", "day_to", "whole_day"),
    "phrase_moment": ("day", "at"),
    "phrase_eta_reason": ("code", "stops", "hours", "reason"),
    "phrase_reason": ("reason",),
    "phrase_state": ("state",),
    "phrase_person": ("open", "day", "at"),
    "phrase_opt_out_hint": (),
    **{f"milestone_{name}": _WHOLE for name in (*_MOVES, "attempt_failed")},
    **{f"milestone_{name}.email": (*_WHOLE, *MAIL) for name in (*_MOVES, "attempt_failed")},
    **{f"digest_{name}": (*_WHOLE, *COUNTED) for name in (*_MOVES, "attempt_failed")},
    **{f"digest_{name}.email": (*_WHOLE, *COUNTED, *MAIL) for name in (*_MOVES, "attempt_failed")},
    "delay": _WHOLE,
    "delay.email": (*_WHOLE, *MAIL),
    **{f"status_{name}": (*_WHOLE, "when") for name in _STATES},
    "proof_none": (*_WHOLE, "when"),
    "which_parcel": ("parcels", "again"),
    "stranger": ("contact",),
    "clarify": ("again",),
    "which_problem": ("again",),
    "escalated": PERSON,
    "case_joined": PERSON,
    **{f"case_{name}": PERSON for name in CASE_INTENTS},
    "help": ("contact",),
    "greet": (),
    "thanks": (),
    "goodbye": (),
    "noted": (),
    "are_you_a_bot": (),
    "language_switched": (),
    "consent_stopped": (),
    "consent_started": (),
    "consent_unclear": (),
    "survey_ask": ("order", "low", "high"),
    "survey_thanks": (),
    "survey_sorry": ("person",),
    "survey_again": (),
    "survey_late": (),
}

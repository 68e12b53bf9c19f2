"""The texts about calls, and what each of them is told. Phrases among them are read aloud."""

CALL_TEXTS: dict[str, tuple[str, ...]] = {
    **{f"phrase_call_{what}": ("other",) for what in ("closed", "not_reached")},
    "phrase_call_whisper": ("caller", "name", "orders"),
    **{f"phrase_call_{what}": () for what in ("pin_ask", "pin_again", "no_pin", "driver_how")},
    **{f"call_missed_{whom}": ("orders", "role") for whom in ("caller", "called")},
    "pin_delivery": ("order", "pin", "again"),
    "pin_delivery.email": ("order", "pin", "again", "link", "name", "contact"),
    "pin_locked": ("order",),
    "pin_locked.email": ("order", "link", "name", "contact"),
    "pin_not": ("order", "why"),
    "call_pin": ("pin", "number"),
}

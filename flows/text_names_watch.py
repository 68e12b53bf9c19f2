"""Texts about times that moved and parcels that somebody should look at, and what each of them is told."""

_WHOLE = ("order", "window", "reasons", "link", "reason", "todo")
_SEVERAL = (*_WHOLE, "orders", "each")
_MAIL = ("name", "contact")

WATCH_TEXTS: dict[str, tuple[str, ...]] = {
    "delay": _WHOLE,
    "delay.email": (*_WHOLE, *_MAIL),
    "delay_several": _SEVERAL,
    "delay_several.email": (*_SEVERAL, *_MAIL),
    "early": _WHOLE,
    "early.email": (*_WHOLE, *_MAIL),
    "phrase_delay_todo": ("what",),
}

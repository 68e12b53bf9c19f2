"""Texts about times that moved and parcels that somebody should look at, and what each of them is told."""

_WHOLE = ("order", "window", "reasons", "link", "reason", "todo")
_SEVERAL = (*_WHOLE, "orders", "each")
_MAIL = ("name", "contact")

_FOUND = ("order", "link", "reason", "todo", "days", "doubt", "slots")
_ABOUT = ("label", "stalled", "late", "attempt", "exception", "address", "lost", "slots")

WATCH_TEXTS: dict[str, tuple[str, ...]] = {
    "delay": _WHOLE,
    "delay.email": (*_WHOLE, *_MAIL),
    "delay_several": _SEVERAL,
    "delay_several.email": (*_SEVERAL, *_MAIL),
    "early": _WHOLE,
    "early.email": (*_WHOLE, *_MAIL),
    "phrase_delay_todo": ("what",),
    **{f"watch_{name}": _FOUND for name in _ABOUT},
    **{f"watch_{name}.email": (*_FOUND, *_MAIL) for name in _ABOUT},
    "phrase_address_doubt": ("doubt",),
    "phrase_watcher": ("watcher",),
    "driver_watch": ("order", "what"),
    "carrier_watch.email": ("order", "tracking", "what", "since", "count"),
}

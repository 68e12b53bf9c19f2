"""The texts agents cause from the desk: to shoppers, and to drivers in the name of the support staff."""

#: As `flows.text_names.TEXTS`.
DESK_TEXTS: dict[str, tuple[str, ...]] = {
    "desk_link": ("order", "link"),
    "desk_link.email": ("order", "link", "name", "contact"),
    "driver_support": ("order", "words"),
    "driver_address": ("order", "words"),
    "phrase_call_desk_ask": (),
    "phrase_call_desk_whisper": ("orders",),
    "phrase_call_desk_missed": (),
}

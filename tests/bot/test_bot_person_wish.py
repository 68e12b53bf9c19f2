"""Whoever asks for a person in so many words."""

import pytest

from bot.person_wish import wants_person


@pytest.mark.parametrize(
    "text",
    [
        "I want a person, my parcel is damaged",
        "it came broken, let me speak to a real person",
        "my lamp is smashed. I need to talk to someone",
        "connect me with a human, I got the wrong item",
        "quiero una persona, mi paquete llegó roto",
        "llegó roto, necesito hablar con alguien",
        "Pásame con un agente",
    ],
)
def test_asks_for_one(text: str) -> None:
    assert wants_person(text)


@pytest.mark.parametrize(
    "text",
    [
        "my parcel is damaged",
        "I don't want to talk to a person",
        "the delivery person broke it",
        "I need it today",
        "no quiero hablar con una persona",
        "la persona que lo trajo lo tiró",
        "",
    ],
)
def test_does_not(text: str) -> None:
    assert not wants_person(text)

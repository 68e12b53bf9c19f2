"""Questions why it is late: found in both languages, and not in what merely speaks of lateness."""

import pytest

from bot.lateness import asks_why_late


@pytest.mark.parametrize(
    "text",
    [
        *(
            "why late?",
            "Why is my order delayed",
            "how come its so late",
            "what's causing the delay??",
            "why is it taking so long",
        ),
        *(
            "why isnt my package not here yet",
            "reason for the delay",
            "¿Por qué llega tarde?",
            "porque tarda tanto mi pedido",
        ),
        *("xq va con retraso", "a qué se debe la demora", "¿por qué no ha llegado?"),
    ],
)
def test_it_asks_why(text: str) -> None:
    assert asks_why_late(text)


@pytest.mark.parametrize(
    "text",
    [
        *("where is my order", "it is late", "can you bring it later", "why do you text me", "tomorrow is too late"),
        *("llega tarde", "mas tarde por favor", "por la tarde", "¿por qué me escriben?", ""),
        "why " + "x" * 80 + " late",
    ],
)
def test_it_asks_something_else(text: str) -> None:
    assert not asks_why_late(text)

"""Who says that a parcel never came."""

import pytest

from bot.found_words import never_came


@pytest.mark.parametrize(
    "text",
    [
        "my package never arrived",
        "I did not receive my order",
        "it hasn't come",
        "tracking says delivered but there's nothing at my door",
        "it says delivered, where is it?",
        "marked delivered and I got nothing",
        "mi paquete nunca llegó",
        "no me ha llegado nada",
        "dice entregado pero no lo tengo",
        "aparece como entregado, ¿dónde está?",
    ],
)
def test_never_came(text: str) -> None:
    assert never_came(text)


@pytest.mark.parametrize(
    "text",
    [
        "where is my order?",
        "when was it delivered?",
        "has it not arrived?",
        "it came, thanks",
        "does it say delivered?",
        "¿dónde está mi pedido?",
        "ya llegó",
        "",
    ],
)
def test_says_no_such_thing(text: str) -> None:
    assert not never_came(text)

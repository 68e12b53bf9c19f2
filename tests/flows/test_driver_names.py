"""What a driver says has a name in the bot, and another in the story that acts on it: they must be the same name."""

from bot.driver_words import Word
from flows.driver_actions import Action
from flows.driver_commands import WHOLE

#: Done before a stop is looked for; late is of the whole round, and an action all the same.
OF_THE_ROUND = set(WHOLE)


def test_every_action_is_a_word_of_the_same_name() -> None:
    assert {(one.name, one.value) for one in Action} <= {(one.name, one.value) for one in Word}


def test_every_word_is_of_the_round_or_an_action() -> None:
    assert {word.value for word in Word if word not in OF_THE_ROUND} == {one.value for one in Action} - {"late"}

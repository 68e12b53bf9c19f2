"""Phone numbers: E.164 or nothing, and never whole in a log. Pure."""

import phonenumbers


class Phone(str):
    """A number in E.164. As a string it is the number; its `repr` shows the last two digits only."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str, region: str = "US") -> "Phone":
        """Read a number as people write it; without a `+` it is one of `region`. Raises ValueError.

        Lengths are checked, not number plans: a plan that is a month old refuses numbers that people have.
        """
        try:
            number = phonenumbers.parse(text, region)
        except phonenumbers.NumberParseException as error:
            raise ValueError("this is not a phone number") from error
        # A number that can only be dialled from its own town is possible too, for the library; not for a text.
        possible = phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.IS_POSSIBLE
        if number.extension or not possible:
            raise ValueError("this is not a phone number that can be texted")
        return cls(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))

    def __repr__(self) -> str:
        return f"Phone({mask(self)!r})"


def mask(address: str) -> str:
    """Hide an address but for what helps to tell two apart: a number's last two digits, a mailbox's first letter."""
    if "@" in address:
        return f"{address[:1]}…@…"
    return f"…{address[-2:]}" if len(address) > 4 else "…"


def area(phone: str) -> str:
    """Answer what makes a number look local: `+1415` in North America, else the country's `+34`."""
    if phone.startswith("+1"):
        return phone[:5]
    try:
        return f"+{phonenumbers.parse(phone).country_code}"
    except phonenumbers.NumberParseException:
        return phone[:3]

"""What a JSON number means, whatever way it is written: `15`, `15.0` and `1.5e1` are one number."""

from decimal import Decimal

_MOST_DIGITS = 20  # as the edge takes no longer number, an exponent must not make one either


def whole_number(value: Decimal) -> int | None:
    """Return the integer that a decimal is; None when it is none, or one of more than 20 digits."""
    digits = _plain(value)
    return None if digits is None or "." in digits else int(digits)


def amount(value: Decimal, digits: int, decimals: int) -> Decimal | None:
    """Return a number of at most so many digits and decimals, not negative, in its shortest form; None for any other."""
    plain = _plain(value)
    if plain is None or len(plain.partition(".")[2]) > decimals:
        return None
    number = Decimal(plain)
    return number if 0 <= number < 10**digits else None


def _plain(value: Decimal) -> str | None:
    """Write a number without an exponent and without trailing zeros; None when that is no number or takes many digits.

    An exponent may be absurd (`1e999999999999999999`), so nothing is written before its size is known.
    """
    if not value.is_finite():
        return None
    if not value:
        return "0"
    if not -_MOST_DIGITS <= value.adjusted() < _MOST_DIGITS:
        return None
    digits = format(value, "f")
    return digits.rstrip("0").rstrip(".") if "." in digits else digits

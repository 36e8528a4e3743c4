"""How many bytes a booking can take that breaks no rule: a limit on bytes must not refuse what the limits on members allow.

JSON may spell one character in many ways. The longest is an escape: six bytes, and twelve beyond the first 65,536 characters.
"""

from chalicelib.domain.booking.form import OPTIONAL, REQUIRED
from chalicelib.domain.booking.phone_number import LONGEST_PHONE_NUMBER
from chalicelib.domain.booking.rules.contacts import LONGEST_SKYPE_NAME
from chalicelib.domain.booking.upstream_time import LONGEST_TIME

LONGEST_NUMBER = 20  # characters of a JSON number
SPACE = 4096  # bytes of white space: room for any layout, not for any amount

_ESCAPE = 6
_PAIR = 12
_QUOTES = 2
_ASCII_TEXTS = {"SessionDate": LONGEST_TIME, "AcceptBy": LONGEST_TIME, "SkypeName": LONGEST_SKYPE_NAME}


def longest_form_bytes(maximum_comments_length: int) -> int:
    """Return the length of the longest sound booking in its longest spelling, with room for white space."""
    names = (*REQUIRED, *OPTIONAL)
    lengths = {
        **dict.fromkeys(names, LONGEST_NUMBER),
        **{name: _QUOTES + _ESCAPE * length for name, length in _ASCII_TEXTS.items()},
        "PhoneNumber": _QUOTES + _PAIR * LONGEST_PHONE_NUMBER,
        "Comments": _QUOTES + _PAIR * maximum_comments_length,
    }
    members = sum(_QUOTES + _ESCAPE * len(name) + len(":,") + lengths[name] for name in names)
    return members + len("{}") + SPACE

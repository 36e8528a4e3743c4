"""How long an answer is (RFC 9112, sections 5 and 6): read strictly, so that no broken head is waited for or guessed at."""

import re
from email.message import Message
from http.client import HTTPException

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_LENGTH = re.compile(r"[0-9]{1,15}")


class BrokenHeadError(HTTPException):
    """The head of an answer is none; its text quotes nothing of it."""


def require_sound_head(headers: Message) -> None:
    """Refuse a head that the library has repaired: lines without a colon, odd names, control characters.

    Raises:
        BrokenHeadError: it is one.
    """
    is_sound = not headers.defects and all(
        _NAME.fullmatch(name) and "\0" not in value and "\r" not in value.replace("\r\n", "")
        for name, value in headers.items()
    )
    if not is_sound:
        raise BrokenHeadError("a line of the head is no header")


def is_chunked(headers: Message) -> bool:
    """Tell whether the body comes in chunks.

    Raises:
        BrokenHeadError: it comes in a transfer coding that nobody asked for, which has no other end than the connection's.
    """
    codings = _items(headers, "transfer-encoding")
    if any(coding.lower() != "chunked" for coding in codings):
        raise BrokenHeadError("the answer is in an unknown transfer coding")
    return bool(codings)


def content_length(headers: Message) -> int | None:
    """Return how many bytes the body has, None when that is not said; equal lengths that are repeated are one.

    Raises:
        BrokenHeadError: it is said in two ways, or is no number.
    """
    lengths = set(_items(headers, "content-length"))
    if not lengths:
        return None
    if len(lengths) > 1 or not _LENGTH.fullmatch(min(lengths)):
        raise BrokenHeadError("the answer has no one length")
    return int(min(lengths))


def _items(headers: Message, name: str) -> list[str]:
    """Return the items of a list header, however many lines it takes."""
    return [item.strip() for value in headers.get_all(name, []) for item in str(value).split(",")]

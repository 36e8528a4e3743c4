"""How long an answer is (RFC 9112, sections 5 and 6): read strictly, so that no broken head is waited for or guessed at."""

import re
from email.message import Message
from http.client import HTTPException, HTTPMessage
from typing import IO

LONGEST_LINE_BYTES, MOST_LINES = 65_536, 100

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_LENGTH = re.compile(r"[0-9]{1,15}")


class BrokenHeadError(HTTPException):
    """The head of an answer is none; its text quotes nothing of it."""


def read_head(stream: IO[bytes]) -> HTTPMessage:
    """Read the headers up to the empty line that ends them; a folded line belongs to the one before it.

    The standard library's parser, which is one for mail, takes three times as long, repairs lines that are none, and takes a
    head that was cut off for a whole one.

    Raises:
        BrokenHeadError: a line is no header, or there are too many or too long ones, or the end does not come.
    """
    pairs: list[tuple[str, str]] = []
    for _ in range(MOST_LINES + 1):
        line = stream.readline(LONGEST_LINE_BYTES + 1)
        if line in {b"\r\n", b"\n"}:
            return _message(pairs)
        if not line.endswith(b"\n"):
            raise BrokenHeadError("the head was cut off, or a line of it is too long")
        text = line.decode("latin-1").removesuffix("\n").removesuffix("\r")
        if "\0" in text or "\r" in text:
            raise BrokenHeadError("a line of the head is no header")
        if text[0] in " \t" and pairs:
            name, value = pairs.pop()
            pairs.append((name, f"{value} {text.strip()}"))
        else:
            pairs.append(_pair(text))
    raise BrokenHeadError("the head has too many lines")


def _pair(line: str) -> tuple[str, str]:
    """Return a header's name and value."""
    name, colon, value = line.partition(":")
    if not colon or not _NAME.fullmatch(name):
        raise BrokenHeadError("a line of the head is no header")
    return name, value.strip(" \t")


def _message(pairs: list[tuple[str, str]]) -> HTTPMessage:
    message = HTTPMessage()
    for name, value in pairs:
        message[name] = value
    return message


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

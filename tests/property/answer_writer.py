"""Write bookings as the upstream might: any prefix, order, comment, CDATA and white space. Shares no code with the reader."""

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from random import Random
from typing import TypeAlias
from xml.sax.saxutils import escape

from hypothesis import strategies as st

BOOKINGS = "http://schemas.datacontract.org/2004/07/API.Models.PhoneChat.Bookings"
MADE = f"{BOOKINGS}.Made"
PROFILE = "http://schemas.datacontract.org/2004/07/API.Models.Profile"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
RATINGS = ("Total", "Positive", "Neutral", "Negative", "Ratings", "Disputes")
TEXT_NAMES = (
    "PhoneNumber",
    "SkypeName",
    "CancelledReason",
    "CancelledBy",
    "RejectedReason",
    "Comments",
    "ActionClient",
)
DATE_NAMES = ("CreateDate", "AcceptBy", "AcceptedDate", "ConfirmedDate", "CancelledDate", "LastUpdated")

Value: TypeAlias = "str | int | Decimal | Mapping[str, Value] | None"
Members: TypeAlias = Mapping[str, Value]

# XML has no control characters but white space, and its parsers turn a carriage return into a line feed.
TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"), max_size=20
)
IDS = st.integers(1, 2**31 - 1)
COUNTS = st.integers(-(10**9), 10**9)
CREDITS = st.decimals(0, 10**6, places=4) | st.integers(0, 10**6).map(Decimal)
DATES = st.datetimes(datetime(2, 1, 1)).map(datetime.isoformat)  # noqa: DTZ001 (the upstream's dates have no zone)

CANDIDATES = st.fixed_dictionaries(
    {
        "UserID": IDS,
        **dict.fromkeys(("Nickname", "PhoneNumber", "SkypeName"), st.none() | TEXTS),
        **dict.fromkeys(RATINGS, st.none() | COUNTS),
    }
)
BOOKED = st.fixed_dictionaries(
    {
        **dict.fromkeys(("BookingID", "Duration", "Method"), IDS),
        "Credits": CREDITS,
        "Status": TEXTS,
        "SessionDate": DATES,
        **dict.fromkeys(TEXT_NAMES, st.none() | TEXTS),
        **dict.fromkeys(DATE_NAMES, st.none() | DATES),
        "Candidate": CANDIDATES,
    }
)


def write_json(members: Members, random: Random) -> bytes:
    """Return an object with its members in any order and case, numbers exact."""
    return _object(members, random).encode()


def _object(members: Members, random: Random) -> str:
    space = random.choice(["", " ", "\n\t"])
    pairs = [
        f"{_string(_in_some_case(name, random), random)}{space}:{space}{_json(value, random)}"
        for name, value in _shuffled(members, random)
    ]
    return f"{space}{{{space}{f'{space},{space}'.join(pairs)}{space}}}{space}"


def _json(value: Value, random: Random) -> str:
    if isinstance(value, Mapping):
        return _object(value, random)
    if isinstance(value, str):
        return _string(value, random)
    return "null" if value is None else format(value, "f" if isinstance(value, Decimal) else "d")


def _string(text: str, random: Random) -> str:
    return json.dumps(text, ensure_ascii=random.random() < 0.5)


def _in_some_case(name: str, random: Random) -> str:
    return random.choice([name, name, name[0].lower() + name[1:]])


def write_xml(members: Members, random: Random) -> bytes:
    """Return a MadeBooking, each of its choices drawn."""
    root = _tag("MadeBooking", MADE, random)
    declaration = random.choice(["", "\ufeff", '<?xml version="1.0" encoding="utf-8"?>', "<!-- <!DOCTYPE x> -->"])
    content = _elements(members, MADE, random)
    return f"{declaration}<{root[0]}>{content}</{root[1]}>{_gap(random)}".encode()


def _elements(members: Members, namespace: str, random: Random) -> str:
    elements = [
        _element(name, _namespace(name, namespace), value, random) for name, value in _shuffled(members, random)
    ]
    unknown = random.choice(["", "<Unknown><Deep/></Unknown><Unknown/>", '<BookingID xmlns="urn:other">7</BookingID>'])
    return _gap(random) + "".join(element + _gap(random) for element in (*elements, unknown))


def _namespace(name: str, namespace: str) -> str:
    return PROFILE if name in RATINGS else namespace


def _element(name: str, namespace: str, value: Value, random: Random) -> str:
    start, end = _tag(name, namespace, random)
    if value is None:
        prefix = random.choice(["i", "xsi", "d3p1"])
        return f'<{start} xmlns:{prefix}="{XSI}" {prefix}:nil="{random.choice(["true", "1"])}" />'
    if isinstance(value, Mapping):
        return f"<{start}>{_elements(value, BOOKINGS, random)}</{end}>"
    if isinstance(value, str):
        return f"<{start}>{_pieces(value, random)}</{end}>"
    padding = random.choice(["", "", " ", "\n"])
    return f"<{start}>{padding}{_pieces(format(value, 'f' if isinstance(value, Decimal) else 'd'), random)}{padding}</{end}>"


def _tag(name: str, namespace: str, random: Random) -> tuple[str, str]:
    """Return what stands in the start tag and in the end tag: a prefix of its own, or a default namespace."""
    prefix = random.choice(["", "d2p1", "d4p1", "ns", "é"])
    if not prefix:
        return f'{name} xmlns="{namespace}"', name
    return f'{prefix}:{name} xmlns:{prefix}="{namespace}"', f"{prefix}:{name}"


def _pieces(text: str, random: Random) -> str:
    """Write a text in two pieces, each in its own way, with or without something between that is no text."""
    cut = random.randint(0, len(text))
    between = random.choice(["", "", "<!-- not text -->", "<?not text?>", "<![CDATA[]]>"])
    return _piece(text[:cut], random) + between + _piece(text[cut:], random)


def _piece(text: str, random: Random) -> str:
    way = random.choice(["escaped", "CDATA", "references"])
    if way == "CDATA" and "]]>" not in text:
        return f"<![CDATA[{text}]]>"
    return "".join(f"&#{ord(character)};" for character in text) if way == "references" else escape(text)


def _gap(random: Random) -> str:
    return random.choice(["", "", "\n    ", "\r\n\t", "<!-- a comment -->", " <?an instruction?> "])


def _shuffled(members: Members, random: Random) -> list[tuple[str, Value]]:
    return random.sample(list(members.items()), len(members))

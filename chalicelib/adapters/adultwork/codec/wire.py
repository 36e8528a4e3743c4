"""The pure codec: what the upstream answered, bytes in, values of the domain out. No sockets, no clock, no state.

Every function raises UnreadableAnswerError when the answer is not the document that it reads. The status is not looked
at here; that is `faults.py`.

Only a booking is matched by namespace, because only a booking has a documented XML form. The XML of the other documents
is nowhere printed, so their members are found by local name, in whatever namespace they come.
"""

from collections import defaultdict
from decimal import Decimal

from chalicelib.adapters.adultwork.codec.bookings import MADE_BOOKING, booking_from, bookings_in, has_empty_list
from chalicelib.adapters.adultwork.codec.error_body import error_texts
from chalicelib.adapters.adultwork.codec.json_reader import parse_json
from chalicelib.adapters.adultwork.codec.lexical import decimal, integer
from chalicelib.adapters.adultwork.codec.media_type import Format, declared_format
from chalicelib.adapters.adultwork.codec.requirements import requirements_from
from chalicelib.adapters.adultwork.codec.tree import KIND, Kind, Node, is_list, is_record, leaf_text, member
from chalicelib.adapters.adultwork.codec.xml_reader import parse_xml
from chalicelib.adapters.http.answer import UnreadableAnswerError, UpstreamAnswer
from chalicelib.domain.booking.booking import Booking, ListEntry
from chalicelib.domain.booking.facts import BookingRequirements

SERIALIZATION = "http://schemas.microsoft.com/2003/10/Serialization/"
GRANTED = "granted"
LARGEST_ID = 2**31 - 1


def read_document(answer: UpstreamAnswer) -> Node:
    """Return the root of an XML or JSON document, told apart by Content-Type alone: content is never guessed at."""
    form, is_utf8 = declared_format(answer.content_type)
    if form not in (Format.XML, Format.JSON) or not is_utf8:
        raise UnreadableAnswerError("the answer is neither XML nor JSON in UTF-8")
    return parse_xml(answer.body) if form is Format.XML else parse_json(answer.body)


def read_booking(answer: UpstreamAnswer) -> Booking:
    """Return the one booking of an answer; its root must be the documented one."""
    root = read_document(answer)
    if root.get(KIND) is None and root.tag != MADE_BOOKING:
        raise UnreadableAnswerError("the root is not a MadeBooking")
    return booking_from(root)


def read_made_bookings(answer: UpstreamAnswer, page: int = 1) -> tuple[ListEntry, ...]:
    """Return every entry of a page (from 1), at any depth; none only where an empty list can be seen.

    An error body, a bare value or any other document without bookings is no list: that a booking was not made is told by it.
    """
    root = read_document(answer)
    bookings = bookings_in(root)
    if not bookings and (error_texts(root) or not has_empty_list(root) or page_count(root) > page):
        raise UnreadableAnswerError("the answer is not a list of bookings")
    return bookings


def page_count(root: Node) -> int:
    """Return how many pages a list says that it has, 0 when it says nothing. Source of the name: the list of escort bookings."""
    node = member(root, "PageCount") if is_record(root) else None
    return 0 if node is None else integer(leaf_text(node, Kind.NUMBER))


def read_requirements(answer: UpstreamAnswer) -> BookingRequirements:
    """Return what a booking of the candidate asks for; methods that cannot be told are None and no error."""
    return requirements_from(_record(answer))


def read_balance(answer: UpstreamAnswer) -> Decimal | None:
    """Return the credits of a bare number, None when the document is well-formed and not a number.

    In XML any element of the serialization namespace may hold it: the upstream's table says decimal, its sample int.
    """
    root = read_document(answer)
    if root.get(KIND) is None and not root.tag.startswith(f"{{{SERIALIZATION}}}"):
        return None
    try:
        return decimal(leaf_text(root, Kind.NUMBER))
    except UnreadableAnswerError:
        return None


def read_permissions(answer: UpstreamAnswer) -> frozenset[str]:
    """Return the scopes whose every entry has the status `granted`; a malformed entry grants nothing, and hides no other."""
    entries = member(_record(answer), "Permissions")
    if entries is None or not is_list(entries):
        raise UnreadableAnswerError("the permissions are not a list")
    statuses = defaultdict(set)
    for entry in entries:
        statuses[_text(entry, "Permission")].add(_text(entry, "Status"))
    return frozenset(scope for scope, said in statuses.items() if scope is not None and said == {GRANTED})


def read_account(answer: UpstreamAnswer) -> int:
    """Return the UserID that a token speaks for, 1 to 2,147,483,647."""
    node = member(_record(answer), "UserID")
    if node is not None and 1 <= (account := integer(leaf_text(node, Kind.NUMBER))) <= LARGEST_ID:
        return account
    raise UnreadableAnswerError("the account has no sound UserID")


def _record(answer: UpstreamAnswer) -> Node:
    """Return the root of a document with named members."""
    root = read_document(answer)
    if not is_record(root):
        raise UnreadableAnswerError("the answer has no members")
    return root


def _text(entry: Node, name: str) -> str | None:
    """Return a text of an entry, None where it is not there, empty or unreadable."""
    try:
        node = member(entry, name)
        return None if node is None else leaf_text(node, Kind.STRING) or None
    except UnreadableAnswerError:
        return None

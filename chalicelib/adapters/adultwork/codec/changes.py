"""What AdultWork answers to changes, beside a made booking: a list of deletions, and a booking as its performer sees it."""

from collections.abc import Mapping, Sequence

from chalicelib.adapters.adultwork.codec.generic import plain
from chalicelib.adapters.adultwork.codec.lexical import boolean, integer
from chalicelib.adapters.adultwork.codec.shaped import told
from chalicelib.adapters.adultwork.codec.tree import Kind, Node, is_list, is_record, leaf_text, member
from chalicelib.adapters.http.answer import UnreadableAnswerError
from chalicelib.domain.reading.shape import Leaf
from chalicelib.domain.reading.told import Told


def deletions_in(root: Node) -> Sequence[Mapping[str, Told]]:
    """Return what a list says of each booking: `BookingID`, `Deleted`, and `Message`, null where there is none.

    Raises:
        UnreadableAnswerError: it is no list of them, or tells of a booking twice.
    """
    if not is_list(root):
        raise UnreadableAnswerError("the answer is no list")
    found = [_deletion(entry) for entry in root]
    if len({deletion["BookingID"] for deletion in found}) < len(found):
        raise UnreadableAnswerError("a booking is listed twice")
    return found


def _deletion(entry: Node) -> Mapping[str, Told]:
    booking_id, deleted = (_required(entry, name) for name in ("BookingID", "Deleted"))
    message = member(entry, "Message")
    return {
        "BookingID": integer(leaf_text(booking_id, Kind.NUMBER)),
        "Deleted": boolean(leaf_text(deleted, Kind.BOOLEAN)),
        "Message": None if message is None else told(Leaf.TEXT, message),
    }


def _required(entry: Node, name: str) -> Node:
    found = member(entry, name)
    if found is None:
        raise UnreadableAnswerError("an entry lacks a member")
    return found


def received_booking(root: Node) -> tuple[int, Told]:
    """Return the BookingID of a booking, and all of it as it comes.

    Raises:
        UnreadableAnswerError: it has no members, or no sound BookingID.
    """
    if not is_record(root):
        raise UnreadableAnswerError("the answer has no members")
    return integer(leaf_text(_required(root, "BookingID"), Kind.NUMBER)), plain(root)

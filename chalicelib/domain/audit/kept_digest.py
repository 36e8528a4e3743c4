"""A digest as it is kept: one object, so that a digest and its listing are there together or not at all.

The first line is a JSON object with the signed bytes as text, the signature in base64, and what the signer says of itself. Each
further line is an entry of the listing; a blank line stands between those that came late, which are first, and the others.
Whatever cannot be read makes a digest that proves nothing, so that a verification names it.
"""

import base64
import json

from chalicelib.domain.audit.coverage import DigestedHour
from chalicelib.domain.audit.digest import LONG_AGO, Entry, Listing, UnreadableDigestError
from chalicelib.domain.audit.signature import Signed
from chalicelib.domain.canonical import canonical_bytes

_BETWEEN = b""
_UNREADABLE = Entry(LONG_AGO, "", 0, "")  # no digest lists it


def written(hour: DigestedHour) -> bytes:
    """Return the object of a digest."""
    signed = hour.signed
    head = canonical_bytes(
        {
            "digest": signed.canonical.decode(),
            "signature": base64.b64encode(signed.signature).decode(),
            "key_id": signed.key_id,
            "algorithm": signed.algorithm,
        }
    )
    late, on_time = ([entry.leaf() for entry in part] for part in (hour.listing.late, hour.listing.on_time))
    return b"\n".join((head, *late, _BETWEEN, *on_time)) + b"\n"


def read(stored: bytes) -> DigestedHour:
    """Return the digest of an object; one that is none of ours has the object as its bytes and no signature."""
    head, *lines = stored.split(b"\n")
    try:
        document = json.loads(head)
        signature = base64.b64decode(document["signature"], validate=True)
        told = (str(document[name]) for name in ("key_id", "algorithm"))
        signed = Signed(document["digest"].encode(), signature, *told)
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return DigestedHour(Signed(stored, b"", "", ""), Listing())
    return DigestedHour(signed, _listing(lines))


def _listing(lines: list[bytes]) -> Listing:
    """Return the listing of lines; where they are none, one that no digest was made with."""
    try:
        between = lines.index(_BETWEEN)
        late, on_time = lines[:between], lines[between + 1 : -1]
        return Listing(tuple(map(Entry.read, on_time)), tuple(map(Entry.read, late)))
    except (UnreadableDigestError, ValueError):
        return Listing(late=(_UNREADABLE,))

"""The chain of an operation's events: is it whole, and does it end where the operation says?"""

import json
from collections.abc import Sequence

from chalicelib.domain.audit.event import GENESIS, event_hash


def broken_at(stored: Sequence[bytes], head: str | None = None) -> int | None:
    """Return the number (from 1) of the first event that does not follow the one before, None when the chain is whole.

    `stored` are the canonical bytes, in order. Each names its number and the hash of the one before. A changed event shows in
    the next, and the last one in `head`, which the operation's own record keeps; None where there is no such record.
    """
    previous = GENESIS
    for number, event in enumerate(stored, start=1):
        document = json.loads(event)
        if (document["sequence"], document["previous_hash"]) != (number, previous):
            return number
        previous = event_hash(event)
    return None if head is None or head == previous else len(stored)

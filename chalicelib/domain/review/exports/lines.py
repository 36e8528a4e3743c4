"""Events as lines: each is the stored bytes of an event, which its hash covers, so that an export can be verified again."""

from collections.abc import Iterable, Iterator
from contextlib import suppress

from chalicelib.domain.audit.chain import StoredChain
from chalicelib.domain.audit.stored_event import UnreadableEventError
from chalicelib.domain.audit.stored_look import read_link
from chalicelib.domain.audit.verification import chains

UNREADABLE = ""  # the name of a chain whose first event does not say of which operation it is


def written(events: Iterable[bytes]) -> Iterator[bytes]:
    """Yield a line for each event. Canonical bytes have no line break; bytes that do are none, and show as such when read."""
    yield from (event + b"\n" for event in events)


def read(lines: Iterable[bytes]) -> Iterator[StoredChain]:
    """Yield the chains of lines, one at a time; a line that cannot be read belongs to the chain that it stands in."""
    return chains(_rows(lines))


def _rows(lines: Iterable[bytes]) -> Iterator[tuple[str, bytes]]:
    standing = UNREADABLE
    for stored in (line.removesuffix(b"\n") for line in lines):
        with suppress(UnreadableEventError):
            standing = read_link(stored).operation_id
        yield standing, stored

"""A digest as it is kept: read as it was written, and as one that proves nothing where it is none."""

from random import Random

import pytest

from chalicelib.domain.audit import kept_digest
from chalicelib.domain.audit.digest import LONG_AGO, Entry, Listing
from chalicelib.domain.audit.signature import Signed
from tests.trails import make_trail


def test_every_digest_is_read_as_it_was_written() -> None:
    """Those of some hours, with late events and without."""
    hours = make_trail(Random(1)).hours
    assert hours
    assert [kept_digest.read(kept_digest.written(hour)) for hour in hours] == list(hours)


@pytest.mark.parametrize(
    "stored",
    [
        b"",
        b"{}\n",
        b"[]\n",
        b"no JSON\n",
        b'{"digest":1,"signature":""}\n',
        b'{"signature":"?"}',
        b'{"algorithm":"a","digest":"d","key_id":"k","signature":"AA?A="}\n\n',
    ],
)
def test_an_object_that_is_no_digest_proves_nothing(stored: bytes) -> None:
    """It has no signature, so that a verification names it."""
    read = kept_digest.read(stored)
    assert (read.signed, read.listing) == (Signed(stored, b"", "", ""), Listing())


@pytest.mark.parametrize("rest", [b"", b"no entry\n\nno entry\n"])
def test_a_listing_that_is_broken_is_that_of_no_digest(rest: bytes) -> None:
    """The signed bytes stand as they are; what they say of their listing does not hold."""
    (hour, *_) = make_trail(Random(1)).hours
    head = kept_digest.written(hour).split(b"\n")[0]
    read = kept_digest.read(head + b"\n" + rest if rest else head)
    assert read.signed == hour.signed
    assert list(read.listing.all()) == [Entry(LONG_AGO, "", 0, "")]

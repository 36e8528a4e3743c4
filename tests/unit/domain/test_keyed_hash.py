"""Keyed hashes and the fingerprint of a request."""

import base64
import copy
import hashlib
import hmac
import pickle
import re
from collections.abc import Callable
from decimal import Decimal

import pytest

from chalicelib.domain.keyed_hash import HmacKey
from tests.builders import booking_request

SECRET = b"canary-key-73519, 32 bytes or more"
KEY = HmacKey(SECRET)


def told(message: bytes) -> str:
    """Return the digest of a message, computed beside the code."""
    digest = hmac.new(SECRET, message, hashlib.sha256).digest()
    return f"{KEY.id}:{base64.urlsafe_b64encode(digest).decode().removesuffix('=')}"


def test_a_key_never_shows_its_secret() -> None:
    """Show it in every way that text is made from a value; the id is public and does not contain it."""
    for shown in (repr(KEY), str(KEY), f"{KEY}", repr([KEY]), repr({"key": KEY})):
        assert KEY.id in shown
        assert "canary" not in shown
        assert SECRET.hex() not in shown
    assert not hasattr(KEY, "__dict__")


@pytest.mark.parametrize("written", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_key_is_not_written_anywhere(written: Callable[[HmacKey], object]) -> None:
    """Pickle it, and copy it by the same protocol; the refusal does not show it."""
    with pytest.raises(TypeError, match=r"^the key of the keyed hashes is not written anywhere$") as caught:
        written(KEY)
    assert "canary" not in str(caught.value)


def test_the_id_tells_keys_apart_and_stays_the_same() -> None:
    """Make the same key twice, and another."""
    assert re.fullmatch(r"[0-9a-f]{8}", KEY.id)
    assert HmacKey(SECRET).id == KEY.id
    assert HmacKey(SECRET + b"!").id != KEY.id


def test_a_digest_is_the_key_s_id_and_an_hmac_over_purpose_and_parts() -> None:
    """Compute it beside the code."""
    expected = told(b'["guard",1001,123456,"2026-01-20 21:30"]')
    assert KEY.digest("guard", 1001, 123456, "2026-01-20 21:30") == expected
    assert re.fullmatch(r"[0-9a-f]{8}:[\w-]{43}", expected)


def test_a_derived_key_is_an_hmac_over_its_purpose() -> None:
    """Compute it beside the code: another one would open nothing that was sealed before."""
    expected = hmac.new(SECRET, b'["derived key","sign-in"]', hashlib.sha256).digest()
    assert KEY.derived("sign-in") == expected
    assert KEY.derived("cursor") != expected


def test_a_digest_is_known_by_the_key_that_made_it() -> None:
    """Ask the key, another one, and the key about what nobody made."""
    other = HmacKey(b"another key, 32 bytes or even more")
    assert KEY.made(KEY.digest("guard", 1))
    assert not other.made(KEY.digest("guard", 1))
    assert [KEY.made(text) for text in (KEY.id, f"{KEY.id}0:", f"0{KEY.id}:", ":", "")] == [True, *[False] * 4]


def test_digests_differ_by_purpose_by_parts_and_by_where_a_part_ends() -> None:
    """Hash near neighbours."""
    digests = {
        KEY.digest("a", "b", "c"), KEY.digest("b", "b", "c"), KEY.digest("a", "bc"), KEY.digest("a", "b", "c", ""),
        KEY.digest("a", ["b", "c"]), KEY.digest("a", "1"), KEY.digest("a", 1), KEY.digest("a"),
        HmacKey(b"another key, 32 bytes or even more").digest("a", "b", "c"),
    }  # fmt: skip
    assert len(digests) == 9


def test_the_fingerprint_of_a_known_request_never_changes() -> None:
    """Compute it beside the code: a changed form would make each replay after a deployment look like another booking."""
    canonical = (
        b'["fingerprint",{"AcceptBy":"2026-01-20 18:00","BookUserID":123456,"Comments":"Hello","Credits":"32",'
        b'"Duration":15,"Method":1,"PhoneNumber":"07700900123","SessionDate":"2026-01-20 21:30"}]'
    )
    assert KEY.fingerprint(booking_request()) == told(canonical)


@pytest.mark.parametrize(("credits_", "written"), [("100", b'"100"'), ("1E+2", b'"100"'), ("0.50", b'"0.5"')])
def test_credits_enter_a_fingerprint_in_full(credits_: str, written: bytes) -> None:
    """Compute it beside the code for a round amount, which a decimal likes to write as `1E+2`."""
    canonical = b'["fingerprint",{"AcceptBy":"2026-01-20 18:00","BookUserID":123456,"Comments":"Hello","Credits":'
    canonical += written + b',"Duration":15,"Method":1,"PhoneNumber":"07700900123","SessionDate":"2026-01-20 21:30"}]'
    assert KEY.fingerprint(booking_request(credits=Decimal(credits_))) == told(canonical)

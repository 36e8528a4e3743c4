"""Fingerprints: equal for equal bookings however they were written, and different for everything else."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.audit.event import HASH_CHARACTERS, describe_request
from chalicelib.domain.booking.booking import BookingRequest, ContactMethod
from chalicelib.domain.booking.form import Form
from chalicelib.domain.booking.rules.form import read_request
from chalicelib.domain.canonical import canonical_bytes
from chalicelib.domain.keyed_hash import HmacKey
from tests.builders import MEMBERS, booking_request, form, members

KEY = HmacKey(b"a key for tests, 32 bytes or more")
DIGITS = st.text("0123456789", min_size=10, max_size=11)
NAMES = st.text("abcdefghijklmnopqrstuvwxyz.:-_", min_size=6, max_size=27).map("live:{}".format)
AMOUNTS = st.decimals(0, 9_999_999, places=4)
REQUESTS = st.builds(
    booking_request,
    book_user_id=st.integers(1, 2**31 - 1),
    duration=st.integers(5, 1440),
    method=st.sampled_from(ContactMethod),
    phone_number=st.none() | DIGITS,
    skype_name=st.none() | NAMES,
    credits=AMOUNTS,
    session_date=st.datetimes().map(lambda at: at.isoformat(" ", "minutes")),
    accept_by=st.datetimes().map(lambda at: at.isoformat(" ", "minutes")),
    comments=st.none() | st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=30),
)


@given(amount=AMOUNTS, zeros=st.integers(0, 10))
def test_the_zeros_after_an_amount_do_not_matter(amount: Decimal, zeros: int) -> None:
    """Write the same Credits with more decimals."""
    longer = amount.quantize(Decimal(1).scaleb(-4 - zeros))
    assert longer.as_tuple() != amount.as_tuple() or zeros == 0
    assert KEY.fingerprint(booking_request(credits=longer)) == KEY.fingerprint(booking_request(credits=amount))


@given(order=st.permutations(list(MEMBERS)), spaces=st.lists(st.integers(0, 11), max_size=4))
def test_neither_member_order_nor_phone_separators_nor_the_form_of_a_date_matter(
    order: list[str], spaces: list[int]
) -> None:
    """Write the same booking in another way."""
    phone = list(str(MEMBERS["PhoneNumber"]))
    for place in spaces:
        phone.insert(place, " ")
    document = members(PhoneNumber="".join(phone), AcceptBy="2026-01-20T19:00:00+01:00", Credits=Decimal("32.0"))
    shuffled: Form = form({name: document[name] for name in order})
    assert KEY.fingerprint(read_request(shuffled)) == KEY.fingerprint(read_request(form(MEMBERS)))


@given(request=REQUESTS, other=REQUESTS)
def test_a_change_of_any_one_field_changes_the_fingerprint(request: BookingRequest, other: BookingRequest) -> None:
    """Take one field after the other from another request; amounts compare as numbers."""
    for name in BookingRequest.names:
        changed = replace(request, **{name: getattr(other, name)})
        assert (KEY.fingerprint(changed) == KEY.fingerprint(request)) == (changed == request), name


@given(request=REQUESTS, secret=st.binary(min_size=32, max_size=64))
def test_another_key_gives_another_fingerprint(request: BookingRequest, secret: bytes) -> None:
    """Compare under two keys; even the part without the key's id differs."""
    other = HmacKey(secret).fingerprint(request)
    assert other.split(":")[1] != KEY.fingerprint(request).split(":")[1]


@given(request=REQUESTS)
def test_what_an_event_tells_of_a_request_holds_no_personal_data_in_clear(request: BookingRequest) -> None:
    """Look for phone number, Skype name and comments in everything except the hashes."""
    told: dict[str, Any] = describe_request(request, KEY)
    hashes = [told["contact"].pop(name) for name in ("phone_hmac", "skype_hmac") if name in told["contact"]]
    contact = "" if request.phone_number is None else request.phone_number[-3:]
    assert told["contact"] == ({} if request.phone_number is None else {"phone_last_3": contact})
    assert all(len(value) == len(KEY.id) + 1 + HASH_CHARACTERS and value.startswith(KEY.id) for value in hashes)
    assert set(told) == {"session_date", "accept_by", "duration", "method", "credits", "comments_length", "contact"}
    assert told["comments_length"] == len(request.comments or "")
    for personal in (request.phone_number, request.skype_name):
        assert personal is None or personal not in canonical_bytes(told).decode()


@given(request=REQUESTS)
def test_what_an_event_tells_of_a_request_is_a_document(request: BookingRequest) -> None:
    """Write it in canonical form and read it back."""
    told = describe_request(request, KEY)
    assert json.loads(canonical_bytes(told)) == told

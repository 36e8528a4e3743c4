"""Whether two claims are for one request, also when the secret of their fingerprints has changed between them."""

from typing import Any

import pytest

from chalicelib.domain.audit.stored_event import StoredEvent
from chalicelib.domain.review.request import is_same_request, session_of
from tests.builders import pseudonym
from tests.unit.domain.review.telling import CLAIMED, REQUEST, Step, told


def read(step: Step) -> StoredEvent:
    """Return one event."""
    (event,) = told(step)
    return event


def request(**change: Any) -> dict[str, Any]:  # noqa: ANN401 (any member)
    """Return what is told of a request, with other members."""
    return {**REQUEST, **change}


def test_one_key_tells_requests_apart_by_their_fingerprints() -> None:
    """What is told of them need not differ."""
    assert is_same_request(read(CLAIMED), read(CLAIMED.but(request=request(duration=60))))
    assert not is_same_request(read(CLAIMED), read(CLAIMED.but(fingerprint="key-1:another")))
    for other in ("key-1:an:other", "key-1:fingerprint:"):
        assert not is_same_request(read(CLAIMED), read(CLAIMED.but(fingerprint=other)))
        assert not is_same_request(read(CLAIMED.but(fingerprint=other)), read(CLAIMED))


@pytest.mark.parametrize(
    ("change", "is_same"),
    [
        ({}, True),
        ({"credits": "32.00"}, True),
        ({"contact": {"phone_hmac": "key-2:phone"}}, True),
        ({"credits": "33"}, False),
        ({"credits": "many"}, False),
        ({"session_date": "2026-01-20 21:45"}, False),
        ({"accept_by": "2026-01-20 18:15"}, False),
        ({"duration": 30}, False),
        ({"method": 2}, False),
        ({"comments_length": 6}, False),
    ],
)
def test_under_another_key_what_is_told_of_them_is_compared(change: dict[str, Any], *, is_same: bool) -> None:
    """But for the contact, whose hashes differ as the fingerprints do."""
    other = read(CLAIMED.but(fingerprint="key-2:other", request=request(**change)))
    assert is_same_request(read(CLAIMED), other) is is_same
    assert is_same_request(other, read(CLAIMED)) is is_same


def test_a_session_is_of_a_client_with_a_candidate_at_a_minute() -> None:
    """Both are named by whatever stands there; the claim need not know the client yet."""
    assert session_of(read(CLAIMED), "p_1") == ("p_1", pseudonym(123456), "2026-01-20 21:30")
    assert session_of(read(CLAIMED.but(request="sealed")), "p_1") == ("p_1", pseudonym(123456), "None")

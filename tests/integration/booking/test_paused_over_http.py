"""Whoever operates Switchboard stops new bookings: SENDING=0 on the whole app, over real HTTP."""

from tests.integration.bookings import VALIDATE, headers, later, members, to_body
from tests.integration.exchange import require_problem
from tests.integration.service import Service

KEY, NEW_KEY = "the-key-before-the-pause", "the-key-during-the-pause"


def test_while_sending_is_paused_everything_but_new_bookings_goes_on(service: Service) -> None:
    """The repeat is the first answer to the byte, status and quotes are given, and the new booking is made afterwards."""
    first = service.book(members(), key=KEY)
    paused = service.restart(SENDING="0")
    refused = paused.book(later(30), key=NEW_KEY)
    document = require_problem(refused, 503, "sending-paused")
    assert document["safe_to_retry_with_new_key"] is False
    assert refused.header("Retry-After") == "60"
    repeated = paused.book(members(), key=KEY)
    assert (repeated.status, repeated.body, repeated.header("Idempotency-Replayed")) == (201, first.body, "true")
    assert paused.send("GET", first.header("Location") or "").status == 200
    assert paused.send("POST", VALIDATE, headers(), to_body(later(30))).status == 200
    assert paused.posts == 1
    assert service.restart(SENDING="1").book(later(30), key=NEW_KEY).status == 201

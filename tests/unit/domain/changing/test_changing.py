"""The declared changes: their forms, what is sent and told of each, and what a read of the booking proves."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from chalicelib.domain.booking.form import JsonValue
from chalicelib.domain.changing.change import Change
from chalicelib.domain.changing.changes import (
    ACCEPT_RECEIVED_BOOKING,
    CANCEL_MADE_BOOKING,
    CHANGES,
    DELETE_MADE_BOOKINGS,
    RE_INVITE,
    RESCHEDULE_MADE_BOOKING,
)
from chalicelib.domain.changing.form import LARGEST_ID, ChangeForm
from chalicelib.domain.changing.operation import (
    LONGEST_NAMED,
    ChangeOperation,
    ChangeOutcome,
    ChangeRecord,
    guard_name,
    new_change,
)
from chalicelib.domain.changing.proof import is_provable, judged
from chalicelib.domain.changing.request import ChangeRequest
from chalicelib.domain.keyed_hash import HmacKey
from chalicelib.domain.names import Names
from chalicelib.domain.operation.matching import ReconciliationPolicy
from chalicelib.domain.operation.operation import OperationState, keyed_operation_id
from chalicelib.domain.violation import Param
from tests.builders import NOW
from tests.sentences import require_sentences

SECRET = b"a key for tests, 32 bytes or more"
KEY = HmacKey(SECRET)
POLICY = ReconciliationPolicy()


def read(change: Change, members: Mapping[str, JsonValue]) -> ChangeRequest:
    """Return the request of a sound form."""
    request = ChangeForm(change, members, 20).read()
    assert isinstance(request, ChangeRequest)
    return request


def broken(change: Change, members: Mapping[str, JsonValue]) -> list[tuple[str, str]]:
    """Return the pointers and rules that a form breaks."""
    violations = ChangeForm(change, members, 20).read()
    assert isinstance(violations, tuple)
    return [(violation.pointer, violation.rule) for violation in violations]


def test_every_path_is_one_that_adultwork_documents() -> None:
    """Group and name come out of it."""
    assert [(change.group, change.name) for change in CHANGES] == [
        ("PhoneChat", "CancelMadeBooking"),
        ("PhoneChat", "RescheduleMadeBooking"),
        ("PhoneChat", "DeleteMadeBookings"),
        ("PhoneChat", "AcceptReceivedBooking"),
        ("PhoneChat", "ReInvite"),
    ]
    assert CANCEL_MADE_BOOKING.route == "POST /v1/PhoneChat/CancelMadeBooking"


@pytest.mark.parametrize("spelled", [7, Decimal("7.0"), Decimal("7e0")])
def test_a_booking_is_named_by_a_whole_number_in_any_spelling(spelled: JsonValue) -> None:
    """As JSON has it."""
    assert read(RESCHEDULE_MADE_BOOKING, {"BookingID": spelled}).members == {"BookingID": 7}


@pytest.mark.parametrize("odd", [0, -1, 2**31, True, "7", Decimal("7.5"), [7], {"BookingID": 7}])
def test_anything_else_is_no_booking(odd: JsonValue) -> None:
    """By one rule."""
    assert broken(RESCHEDULE_MADE_BOOKING, {"BookingID": odd}) == [("/BookingID", "booking-id")]


def test_many_bookings_are_sent_as_one_text_each_once() -> None:
    """In the form that AdultWork documents, in their order."""
    request = read(DELETE_MADE_BOOKINGS, {"BookingIDs": " 102, 100 ,102,101"})
    assert (request.booking_ids, request.members) == ((102, 100, 101), {"BookingIDs": "102,100,101"})


@pytest.mark.parametrize("number", [1, LARGEST_ID])
def test_a_booking_may_have_the_first_number_and_the_last(number: int) -> None:
    """Alone and in a text."""
    assert read(RESCHEDULE_MADE_BOOKING, {"BookingID": number}).booking_ids == (number,)
    assert read(DELETE_MADE_BOOKINGS, {"BookingIDs": str(number)}).booking_ids == (number,)


def test_a_reason_may_be_as_long_as_the_deployment_takes() -> None:
    """To the last character."""
    assert read(CANCEL_MADE_BOOKING, {"BookingID": 7, "Reason": "x" * 20}).words == {"Reason": "x" * 20}


@pytest.mark.parametrize(
    ("change", "members", "pointer", "params", "told"),
    [
        (RE_INVITE, {"BookingID": 0}, "/BookingID", {"minimum": 1, "maximum": LARGEST_ID}, f"1 to {LARGEST_ID}"),
        (
            DELETE_MADE_BOOKINGS,
            {"BookingIDs": 7},
            "/BookingIDs",
            {"most": 100, "minimum": 1, "maximum": LARGEST_ID},
            "1 to 100 BookingIDs",
        ),
        (RE_INVITE, {"BookingID": 7, "Reason": 7}, "/Reason", {}, "as text"),
        (RE_INVITE, {"BookingID": 7, "Reason": "x" * 21}, "/Reason", {"maximum_length": 20}, "20 characters"),
        (
            RE_INVITE,
            {"BookingID": 7, "Reason": "a\u200bb"},
            "/Reason",
            {"found": "U+200B", "position": 2},
            "character 2 out of the reason",
        ),
        (
            ACCEPT_RECEIVED_BOOKING,
            {"BookingID": 7, "Credits": -1},
            "/Credits",
            {"minimum": 0, "maximum_decimals": 4},
            "at most 4 decimals",
        ),
        (RESCHEDULE_MADE_BOOKING, {}, "/BookingID", {}, "cannot be left out"),
        (
            RE_INVITE,
            {"BookingID": 7, "x": 1},
            "/x",
            {"allowed": ("BookingID", "Reason")},
            "ReInvite does not know it",
        ),
    ],
)
def test_a_fault_tells_what_would_be_right(
    change: Change, members: dict[str, JsonValue], pointer: str, params: dict[str, Param], told: str
) -> None:
    """In a sentence for whoever filled the form in, and exact, for a program."""
    violations = ChangeForm(change, members, 20).read()
    assert isinstance(violations, tuple)
    (violation,) = violations
    assert (violation.pointer, violation.params) == (pointer, params)
    assert told in violation.message
    require_sentences(violation.message.replace("BookingIDs", ""))


@pytest.mark.parametrize(
    "odd",
    ["", " ", ",", "1,", "1;2", "0", "99999999999", "2147483648", 7, [7], ",".join(map(str, range(1, 102)))],
)
def test_anything_else_is_no_text_of_bookings(odd: JsonValue) -> None:
    """At most a hundred."""
    assert broken(DELETE_MADE_BOOKINGS, {"BookingIDs": odd}) == [("/BookingIDs", "booking-ids")]


def test_a_hundred_bookings_are_taken() -> None:
    """And no more."""
    request = read(DELETE_MADE_BOOKINGS, {"BookingIDs": ",".join(map(str, range(1, 101)))})
    assert len(request.booking_ids) == 100


@pytest.mark.parametrize(
    ("reason", "rule"),
    [
        (7, "text-form"),
        ("x" * 21, "text-length"),
        ("a\u200bb", "text-characters"),
        ("  ", "required"),
        (None, "required"),
    ],
)
def test_a_reason_is_a_text_that_all_can_see(reason: JsonValue, rule: str) -> None:
    """No longer than the deployment takes."""
    assert broken(CANCEL_MADE_BOOKING, {"BookingID": 7, "Reason": reason}) == [("/Reason", rule)]


@pytest.mark.parametrize(
    "members", [{"BookingID": 7}, {"BookingID": 7, "Reason": None}, {"BookingID": 7, "Reason": " "}]
)
def test_a_reason_that_may_be_left_out_is_not_sent_empty(members: dict[str, JsonValue]) -> None:
    """An empty value may fail at AdultWork."""
    assert read(RE_INVITE, members).members == {"BookingID": 7}


@pytest.mark.parametrize("odd", ["8", True, -1, Decimal("0.00001"), 10**7])
def test_credits_are_a_plain_number(odd: JsonValue) -> None:
    """Of at most seven digits and four decimals."""
    assert broken(ACCEPT_RECEIVED_BOOKING, {"BookingID": 7, "Credits": odd}) == [("/Credits", "credits-form")]


def test_every_mistake_is_told_at_once() -> None:
    """Unknown members first; a pointer is escaped."""
    assert broken(ACCEPT_RECEIVED_BOOKING, {"a/b~": 1, "BookingID": 0}) == [
        ("/a~1b~0", "unknown-member"),
        ("/BookingID", "booking-id"),
        ("/Credits", "required"),
    ]


def test_equal_requests_have_one_fingerprint_however_they_are_written() -> None:
    """And another change of the same booking has another one."""
    first = read(ACCEPT_RECEIVED_BOOKING, {"BookingID": 7, "Credits": 8})
    again = read(ACCEPT_RECEIVED_BOOKING, {"Credits": Decimal("8.00"), "BookingID": Decimal("7.0")})
    assert first.fingerprint(KEY) == again.fingerprint(KEY)
    others = [read(RESCHEDULE_MADE_BOOKING, {"BookingID": 7}), read(RE_INVITE, {"BookingID": 7})]
    assert len({one.fingerprint(KEY) for one in (first, *others)}) == 3


def test_the_fingerprint_of_a_known_change_never_changes() -> None:
    """Compute it beside the code: a changed form would make each replay after a deployment look like another change."""
    canonical = b'["fingerprint of a change","/v1/PhoneChat/AcceptReceivedBooking",{"BookingID":7,"Credits":"100"}]'
    digest = base64.urlsafe_b64encode(hmac.new(SECRET, canonical, hashlib.sha256).digest()).decode()
    request = read(ACCEPT_RECEIVED_BOOKING, {"BookingID": 7, "Credits": Decimal("1E+2")})
    assert request.fingerprint(KEY) == f"{KEY.id}:{digest.removesuffix('=')}"


def operation(idempotency_key: str | None) -> ChangeOperation:
    """Return the operation of a cancellation."""
    return new_change(
        call_id="op_call",
        account=1001,
        request=read(CANCEL_MADE_BOOKING, {"BookingID": 7, "Reason": "private"}),
        idempotency_key=idempotency_key,
        key=KEY,
        now=NOW,
        function_seconds=26,
        guard_holds=timedelta(hours=24),
        names=Names("p_client"),
    )


def test_an_operation_is_found_by_its_key_or_by_its_call() -> None:
    """A key is one for an account and a route."""
    assert (operation(None).id, operation(None).is_keyed) == ("op_call", False)
    expected = keyed_operation_id(1001, "key", "POST /v1/PhoneChat/CancelMadeBooking")
    assert (operation("key").id, operation("key").is_keyed) == (expected, True)


def test_an_operation_has_its_lease_its_guard_and_the_name_of_its_client() -> None:
    """As long as a function lives, and some seconds; and what its record says is the same."""
    made = operation("key")
    assert (made.claimed_at, made.lease_until) == (NOW, NOW + timedelta(seconds=31))
    assert (made.guard_expires_at, made.names) == (NOW + timedelta(hours=24), Names("p_client"))
    record = ChangeRecord.of(made, OperationState.SENDING, 1, "ab" * 32)
    assert (record.lease_until, record.names, record.guard) == (made.lease_until, made.names, made.guard)
    assert record.is_retryable is False


def test_a_further_attempt_keeps_the_name_that_the_first_one_told() -> None:
    """One chain is of one client."""
    again = operation("key").as_attempt(2, Names("p_first"))
    assert (again.attempt, again.names) == (2, Names("p_first"))


def test_events_tell_texts_by_their_length_only() -> None:
    """And amounts exactly."""
    cancelled = read(CANCEL_MADE_BOOKING, {"BookingID": 7, "Reason": "private"})
    assert cancelled.described() == {"booking_ids": [7], "reason_length": 7}
    assert cancelled.words == {"Reason": "private"}
    assert "private" not in repr(cancelled)
    accepted = read(ACCEPT_RECEIVED_BOOKING, {"BookingID": 7, "Credits": Decimal("8.50")})
    assert accepted.described() == {"booking_ids": [7], "credits": "8.5"}


def test_a_guard_names_the_bookings_in_whatever_order() -> None:
    """So that two equal changes meet; a hundred of the longest ids fit a sort key of DynamoDB's, and none is left out."""
    assert guard_name(1001, "DeleteMadeBookings", (2, 1)) == "1001#DeleteMadeBookings#1,2"
    assert guard_name(1001, "DeleteMadeBookings", (2, 1)) == guard_name(1001, "DeleteMadeBookings", (1, 2))
    assert guard_name(1001, "ReInvite", (1,)) != guard_name(1001, "CancelMadeBooking", (1,))
    longest = guard_name(2**31 - 1, "DeleteMadeBookings", range(2**31 - 100, 2**31))
    assert len(f"GUARD#{longest}".encode()) < 1024
    assert longest == guard_name(2**31 - 1, "DeleteMadeBookings", range(2**31 - 1, 2**31 - 101, -1))
    assert longest != guard_name(2**31 - 1, "DeleteMadeBookings", range(2**31 - 99, 2**31))
    ids = [100, *range(10**9, 10**9 + 23)]
    named = ",".join(map(str, ids))
    assert len(named) == LONGEST_NAMED
    assert guard_name(1001, "DeleteMadeBookings", ids) == f"1001#DeleteMadeBookings#{named}"


@pytest.mark.parametrize("state", [OperationState.SENDING, OperationState.NOT_CREATED, OperationState.EXPIRED_UNKNOWN])
def test_no_post_ends_in_a_state_that_only_reads_or_people_tell(state: OperationState) -> None:
    """As for bookings."""
    with pytest.raises(ValueError, match="a POST does not end"):
        ChangeOutcome(state, "odd")


@pytest.mark.parametrize(
    ("status", "minutes", "state"),
    [
        ("Cancelled", 0, OperationState.CONFIRMED),
        ("Cancelled", 60, OperationState.CONFIRMED),
        ("Pending", 15, OperationState.NOT_CREATED),
        ("Rejected", 15, OperationState.NOT_CREATED),
        ("Accepted", 14.99, OperationState.UNKNOWN),
        ("Postponed", 60, OperationState.UNKNOWN),
        (None, 60, OperationState.UNKNOWN),
    ],
)
def test_the_status_of_the_booking_settles_a_cancellation(
    status: str | None, minutes: float, state: OperationState
) -> None:
    """At once where it shows it, late where it does not, and never by a status that nobody documents."""
    assert judged(CANCEL_MADE_BOOKING, status, NOW, NOW + timedelta(minutes=minutes), POLICY) is state


def test_no_read_settles_any_other_change() -> None:
    """What AdultWork does not document is not guessed."""
    assert [change for change in CHANGES if is_provable(change)] == [CANCEL_MADE_BOOKING]
    assert is_provable(replace(CANCEL_MADE_BOOKING, not_done=frozenset()))
    assert is_provable(replace(CANCEL_MADE_BOOKING, done=frozenset()))

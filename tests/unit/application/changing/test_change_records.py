"""What is recorded of a change, and what each step hands on to the next."""

from dataclasses import replace

import pytest

from chalicelib.application.booking.place_booking import Answered
from chalicelib.application.operations.caller import Caller
from chalicelib.application.operations.reconcile import sealed
from chalicelib.application.ports import AccountSeal, BookingHeld, Claimed, KeyHeld, RateLimited
from chalicelib.application.register_ports import NamedMeanwhile
from chalicelib.domain.access import Principal, Scope
from chalicelib.domain.audit.event import AuditEvent
from chalicelib.domain.changing.changes import CANCEL_MADE_BOOKING
from chalicelib.domain.changing.operation import ChangeOperation, ChangeOutcome, ChangeRecord
from chalicelib.domain.errors import (
    DuplicateChangeError,
    IdempotencyKeyReusedError,
    InsufficientScopeError,
    OutcomeUnknownError,
    TooManyChangesError,
    Trouble,
    UpstreamUnavailableError,
)
from chalicelib.domain.operation.operation import OperationState
from chalicelib.domain.operation.stored_answer import StoredAnswer
from chalicelib.domain.time_budget import Deadline
from tests.builders import TOKEN, booking
from tests.fakes.store import TroubledChangeStore
from tests.fakes.vault import TellingPeopleSeal
from tests.sentences import require_sentences
from tests.unit.application.changing.changing_world import CANCEL, SETTLED, ChangingWorld
from tests.unit.application.changing.fake_changes import BOOKING_ID, LOST
from tests.unit.application.world import OTHER_KEY, body

DECLINED = ChangeOutcome(OperationState.REJECTED, "refused", upstream_status=409)
NOT_SENT = ChangeOutcome(OperationState.NOT_SENT, "connection-refused", trouble=Trouble.UNREACHABLE)


def test_a_claim_seals_whose_change_it_is() -> None:
    """The client's UserID alone: a change names its bookings, and not their people."""
    world = ChangingWorld(people=TellingPeopleSeal())
    answered = world.change()
    (key,) = world.keys.in_use()
    claimed, concluded = world.change_store.written
    assert claimed.people == f"{key.id} {answered.operation_id} 1001 0".encode()
    assert concluded.people is None


def test_each_step_is_timed() -> None:
    """In milliseconds: what came before the claim, the POST, and the whole call."""
    world = ChangingWorld()
    world.changes.before_send = lambda: world.clock.tick(1.5)
    world.change_store.before_write = lambda: world.clock.tick(0.25)
    claimed, concluded = world.events(world.change().operation_id)
    assert claimed["timings_ms"] == {"reads": 0}
    assert concluded["timings_ms"] == {"post": 1500, "call": 1750}


def test_what_adultwork_told_is_in_the_event_as_far_as_it_is_a_fact() -> None:
    """Words are not."""
    world = ChangingWorld()
    made = ChangeOutcome(OperationState.CONFIRMED, "changed", 200, told={"Note": "secret"}, facts={"bookings": [7]})
    world.changes.will_end(made)
    event = world.events(world.change().operation_id)[1]
    assert event["bookings"] == [7]
    assert "Note" not in event


def test_a_further_attempt_is_chained_to_the_first() -> None:
    """Its events count on, and each names the hash of the one before."""
    world = ChangingWorld()
    world.changes.will_end(NOT_SENT)
    world.trouble()
    world.changes.will_end(DECLINED)
    world.change()
    _, first, in_the_way, again, last = world.change_store.written  # the third was given, and not taken
    assert (first.sequence, in_the_way.sequence, again.sequence, last.sequence) == (2, 1, 3, 4)
    assert (again.previous_hash, last.previous_hash) == (first.hash, again.hash)


def test_the_client_is_told_once_in_a_chain() -> None:
    """A claim that was first to unlock the account's key does not know the name; what comes after it does."""
    world = ChangingWorld()
    world.changes.will_cancel_and_lose_the_answer()
    world.change()
    assert [(event.client is not None, event.tells_client) for event in world.change_store.written] == [
        (False, False),
        (True, True),
        (True, False),
    ]


def test_a_refusal_names_the_client_who_is_known() -> None:
    """By the pseudonym of the register."""
    world = ChangingWorld()
    world.change()
    world.trouble({"BookingID": 0})
    (refusal,) = world.trail.refusals
    assert refusal.client == world.register.rows[1001]
    assert world.ids.moments == [world.clock.now()] * 2


def test_a_claim_names_the_client_who_is_known() -> None:
    """The second one of a client, from its first event on."""
    world = ChangingWorld()
    world.change()
    world.changes.will_end(DECLINED)
    world.change(idempotency_key=OTHER_KEY)
    claimed = world.change_store.written[2]
    assert (claimed.client, claimed.tells_client) == (world.register.rows[1001], True)


def test_an_answer_that_nobody_can_ask_for_again_is_not_sealed() -> None:
    """Nor does anybody wait for the key of the account."""

    def too_dear() -> AccountSeal:
        raise AssertionError

    world = ChangingWorld()
    record = replace(world.record(world.change().operation_id), is_keyed=False)
    caller = Caller(TOKEN, 1001, "request-1", too_dear)
    assert sealed(caller, record, StoredAnswer(200, {}, "{}")) is None


def test_a_limit_names_the_operation_of_earlier_attempts() -> None:
    """And none where there was none."""
    world = ChangingWorld(limits=[(1, 60)])
    world.changes.will_end(NOT_SENT)
    first = world.trouble()
    again = world.trouble()
    other = world.trouble(idempotency_key=OTHER_KEY)
    assert isinstance(again, TooManyChangesError)
    assert isinstance(other, TooManyChangesError)
    assert (again.operation_id, other.operation_id) == (first.operation_id, None)


def test_a_refusal_is_kept_with_the_request_that_got_it() -> None:
    """Its problem names the request."""
    world = ChangingWorld()
    world.changes.will_end(DECLINED)
    assert body(world.change())["request_id"] == "request-1"


def test_a_replay_names_the_operation_that_it_is_of() -> None:
    """Though its own call drew another id."""
    world = ChangingWorld()
    first = world.change()
    assert world.change().operation_id == first.operation_id


def test_a_reused_key_is_told_in_sentences() -> None:
    """What to do stands in them."""
    world = ChangingWorld()
    world.change()
    error = world.trouble({**CANCEL, "Reason": "Another"})
    assert isinstance(error, IdempotencyKeyReusedError)
    require_sentences(error.message)


def test_a_guard_whose_operation_is_gone_names_it_all_the_same() -> None:
    """For whoever asks an operator."""
    world = ChangingWorld()
    world.changes.will_end(LOST)
    first = world.trouble()
    world.change_store._stripped.add(first.operation_id or "")  # noqa: SLF001 (as an erasure leaves it)
    error = world.trouble(idempotency_key=None)
    assert isinstance(error, DuplicateChangeError)
    assert error.operation_id == first.operation_id


def test_while_sending_is_paused_a_known_change_is_settled_by_reading() -> None:
    """Nothing is sent for it."""
    world = ChangingWorld()
    world.changes.will_end(LOST)
    first = world.trouble()
    world.changes.bookings[BOOKING_ID] = booking(booking_id=BOOKING_ID, status="Cancelled")
    world.is_sending = False
    answered = world.change()
    assert (answered.operation_id, answered.answer.status) == (first.operation_id, 200)
    assert len(world.changes.sent) == 1


def test_a_repeat_by_somebody_new_reads_its_own_booking_once() -> None:
    """What settles the account's other changes leaves this one alone."""
    world = ChangingWorld()
    world.changes.will_end(LOST)
    world.trouble()
    world.introspector.known.clear()
    reads = len(world.changes.reads)
    assert isinstance(world.trouble(), OutcomeUnknownError)
    assert len(world.changes.reads) == reads + 1


@pytest.mark.parametrize(("seconds", "is_sent"), [(17.0, True), (16.9, False)])
def test_a_change_is_sent_while_there_is_time_for_it_and_its_conclusion(*, seconds: float, is_sent: bool) -> None:
    """After a claim that took some; what came too late is recorded as that."""
    world = ChangingWorld()
    world.change_store.before_write = lambda: None if world.change_store.conclusions else world.clock.tick(24 - seconds)
    if is_sent:
        assert isinstance(world.change(), Answered)
        return
    world.trouble()
    ((_, outcome),) = world.change_store.conclusions
    assert outcome == ChangeOutcome(OperationState.NOT_SENT, "late", trouble=Trouble.LATE)
    assert world.changes.sent == []


def test_a_token_that_adultwork_no_longer_takes_is_forgotten() -> None:
    """That one, and no other."""
    world = ChangingWorld()
    world.changes.will_end(replace(DECLINED, upstream_status=401))
    world.trouble()
    assert world.introspector.forgotten == [TOKEN]


def test_a_verdict_of_a_read_is_chained_to_what_it_settles() -> None:
    """With what was read, and when."""
    world = ChangingWorld()
    world.changes.will_end(LOST)
    first = world.trouble()
    world.clock.tick(SETTLED.total_seconds())
    world.change()
    events = [event for event in world.change_store.written if event.operation_id == first.operation_id]
    settled = events[-1]
    assert settled.previous_hash == events[1].hash
    assert settled.details["evidence"] == {
        "read_at": "2026-01-15T12:15:00.000+00:00",
        "booking": BOOKING_ID,
        "status": "Pending",
    }


def test_a_change_that_a_read_shows_is_answered_as_one_that_was_answered() -> None:
    """Member by member, at the address of its own operation."""
    direct, lost = ChangingWorld(), ChangingWorld()
    lost.changes.will_cancel_and_lose_the_answer()
    lost.changes.read_failure = UpstreamUnavailableError("no", trouble=Trouble.LATE)
    operation_id = lost.trouble().operation_id
    lost.changes.read_failure = None
    answer = lost.look(operation_id).answer
    assert answer == direct.change().answer
    assert answer.headers["Location"] == f"/v1/operations/{operation_id}"


def test_a_change_that_a_read_shows_was_not_made_is_a_problem_of_the_request_that_read() -> None:
    """It names that one."""
    world = ChangingWorld()
    world.changes.will_end(LOST)
    world.trouble()
    world.clock.tick(SETTLED.total_seconds())
    assert body(world.change())["request_id"] == "request-1"


def test_an_answer_is_kept_for_the_repeats_of_a_key_alone() -> None:
    """Whoever sent none cannot repeat."""
    world = ChangingWorld()
    world.changes.will_end(LOST)
    error = world.trouble(idempotency_key=None)
    world.clock.tick(SETTLED.total_seconds())
    assert world.look(error.operation_id).record.state is OperationState.NOT_CREATED
    assert world.record(error.operation_id).sealed_answer is None


def test_whoever_finds_a_lease_over_names_the_client_once() -> None:
    """In the event of that, which the verdict of the read follows."""
    world = ChangingWorld()
    world.change_store.will_fail_conclusion()
    operation_id = world.change().operation_id
    world.clock.tick(32)
    world.look(operation_id)
    over, settled = world.change_store.written[-2:]
    assert [(one.client, one.request_id) for one in (over, settled)] == [(world.register.rows[1001], "request-ask")] * 2
    assert (over.tells_client, settled.tells_client) == (True, False)


def test_a_verdict_names_the_client_where_no_event_did() -> None:
    """The vault was down, so nobody had a row in the register."""
    world = ChangingWorld()
    world.vault.will_fail()
    world.changes.will_cancel_and_lose_the_answer()
    world.changes.read_failure = UpstreamUnavailableError("no", trouble=Trouble.LATE)
    operation_id = world.trouble().operation_id
    world.vault.will_work()
    world.changes.read_failure = None
    world.look(operation_id)
    *earlier, settled = world.change_store.written
    assert [event.client for event in earlier] == [None, None]
    assert (settled.client, settled.tells_client) == (world.register.rows[1001], True)


def test_another_scope_is_not_the_one_of_the_change() -> None:
    """The error names the one that is missing, and the token is asked about anew."""
    world = ChangingWorld()
    world.introspector.principal = Principal(1001, frozenset({Scope.PHONECHAT_BOOKINGS.value}))
    change = replace(CANCEL_MADE_BOOKING, scope=Scope.CREDITS_HISTORY)
    error = world.trouble(change=change)
    assert isinstance(error, InsufficientScopeError)
    assert (error.scope, world.introspector.forgotten) == (Scope.CREDITS_HISTORY.value, [TOKEN])


def test_a_claim_that_met_a_name_is_made_again() -> None:
    """A change names nobody new, so whatever the store means by it, nothing was written."""

    class NamingOnce(TroubledChangeStore):
        """A store that names somebody at the first claim."""

        def claim(
            self,
            operation: ChangeOperation,
            event: AuditEvent,
            deadline: Deadline,
            previous: ChangeRecord | None = None,
        ) -> Claimed | KeyHeld[ChangeRecord] | BookingHeld | RateLimited | NamedMeanwhile:
            """Name, or claim."""
            if self.claims:
                return super().claim(operation, event, deadline, previous)
            self.claims.append(operation)
            return NamedMeanwhile("p_1")

    world = ChangingWorld()
    world.change_store = NamingOnce(world.trail, register=world.register)
    assert world.change().answer.status == 200
    assert len(world.changes.sent) == 1

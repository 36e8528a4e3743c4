"""The oracle of the simulation can fail: each invariant is broken in the evidence of a run that holds."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from chalicelib.application.booking.place_booking import Answered
from chalicelib.application.operations.get_operation import OperationView
from chalicelib.domain.audit.stored_event import StoredEvent
from chalicelib.domain.canonical import canonical_bytes
from chalicelib.domain.errors import SendingPausedError, StoreUnavailableError, SwitchboardError
from chalicelib.domain.names import Names
from chalicelib.domain.operation.operation import OperationState
from chalicelib.domain.operation.record import OperationRecord
from chalicelib.domain.operation.stored_answer import StoredAnswer
from devtools.proof.simulation.oracle.evidence import Evidence
from devtools.proof.simulation.oracle.history import Move, Said, UpstreamBooking
from devtools.proof.simulation.oracle.invariants import INVARIANTS, breaches
from devtools.proof.simulation.simulation import Run
from devtools.proof.simulation.world.register import CANDIDATE_ROW, CLIENT_ROW


def _booked(evidence: Evidence) -> UpstreamBooking:
    return next(booking for booking in evidence.history.bookings if booking.post is not None)


def _double(evidence: Evidence) -> Evidence:
    booking = _booked(evidence)
    evidence.history.doubled.append((booking, booking))
    return evidence


def _send_without_claim(evidence: Evidence) -> Evidence:
    evidence.history.posts[0].has_claim = False
    return evidence


def _lose_records(evidence: Evidence) -> Evidence:
    return replace(evidence, known=frozenset())


def _confirm_another_booking(evidence: Evidence) -> Evidence:
    return replace(evidence, records=[replace(record, booking_id=9) for record in evidence.records])


def _deny_a_booking(evidence: Evidence) -> Evidence:
    move = evidence.history.moves[-1]
    denied = replace(move.after, state=OperationState.NOT_CREATED)
    evidence.history.moves.append(Move(move.at, replace(move.after, state=OperationState.UNKNOWN), denied))
    return evidence


def _say(evidence: Evidence, answer: Answered | OperationView[OperationRecord] | SwitchboardError) -> Evidence:
    said = evidence.history.said[0]
    evidence.history.said.append(Said(said.call, said.account, answer, None, said.wanted))
    return evidence


def _promise_a_booking(evidence: Evidence) -> Evidence:
    return _say(evidence, Answered(StoredAnswer(201, {}, "{}"), "op_of_nobody"))


def _deny_by_error(evidence: Evidence) -> Evidence:
    return _say(evidence, StoreUnavailableError("nothing was sent"))


def _show_to_another(evidence: Evidence) -> Evidence:
    return _say(evidence, OperationView(replace(evidence.records[0], account=9), None))


def _show_too_early(evidence: Evidence) -> Evidence:
    record = replace(evidence.records[0], state=OperationState.UNKNOWN)
    return _say(evidence, OperationView(record, StoredAnswer(201, {}, "{}")))


def _answer_differently(evidence: Evidence) -> Evidence:
    answer = evidence.history.said[0].answer
    assert isinstance(answer, Answered)
    return _say(evidence, replace(answer, answer=StoredAnswer(201, {}, "{}")))


def _send_twice(evidence: Evidence) -> Evidence:
    evidence.history.posts.append(evidence.history.posts[0])
    return evidence


def _try_again_after_a_success(evidence: Evidence) -> Evidence:
    evidence.history.posts.append(replace(evidence.history.posts[0], attempt=2))
    return evidence


def _move_back(evidence: Evidence) -> Evidence:
    move = evidence.history.moves[-1]
    evidence.history.moves.append(Move(move.at, move.after, replace(move.after, state=OperationState.SENDING)))
    return evidence


def _leave_open(evidence: Evidence) -> Evidence:
    return replace(evidence, records=[replace(evidence.records[0], state=OperationState.SENDING)])


def _store_a_comment(evidence: Evidence) -> Evidence:
    return replace(evidence, rows=f"{evidence.rows} {evidence.intents[0].members['Comments']}")


def _tell_a_token(evidence: Evidence) -> Evidence:
    return _say(evidence, StoreUnavailableError("canary-token-1001-1 is not welcome"))


def _cut_the_chain(evidence: Evidence) -> Evidence:
    return replace(evidence, chains={id_: chain[:-1] for id_, chain in evidence.chains.items()})


def _change_the_chain(evidence: Evidence) -> Evidence:
    chains = {id_: [chain[0].replace(b"claimed", b"clawed!"), *chain[1:]] for id_, chain in evidence.chains.items()}
    return replace(evidence, chains=chains)


def _drop_the_chain(evidence: Evidence) -> Evidence:
    return replace(evidence, chains={})


def _book_a_wish_twice(evidence: Evidence) -> Evidence:
    booking = replace(evidence.history.bookings[0], status="Pending")
    assert booking.post is not None
    evidence.history.wishes[booking.post.call] = 1
    evidence.history.bookings[:] = [booking, replace(booking, id=booking.id + 1, session_date="another minute")]
    return evidence


def _tell_an_impossible_story(evidence: Evidence) -> Evidence:
    claim, *_ = next(iter(evidence.chains.values()))
    later = canonical_bytes({**json.loads(claim), "attempt": 2})
    return replace(evidence, chains={StoredEvent.read(claim).operation_id: [later]})


def _first_chain(evidence: Evidence) -> tuple[str, list[dict[str, object]]]:
    id_, chain = next(iter(evidence.chains.items()))
    return id_, [json.loads(stored) for stored in chain]


def _with_event(evidence: Evidence, number: int, changes: dict[str, object]) -> Evidence:
    """Return the evidence with another text in one event of its first chain; None takes a member away."""
    id_, chain = _first_chain(evidence)
    changed = {name: value for name, value in {**chain[number], **changes}.items() if value is not None}
    stored = [canonical_bytes(event) for event in [*chain[:number], changed, *chain[number + 1 :]]]  # type: ignore[arg-type]
    return replace(evidence, chains={id_: stored})


def _name_twice(evidence: Evidence) -> Evidence:
    evidence.history.names.append((evidence.history.names[0][0], "p_another"))
    return evidence


def _name_two_people_alike(evidence: Evidence) -> Evidence:
    evidence.history.names.append((1, evidence.history.names[0][1]))
    return evidence


def _call_the_client_otherwise(evidence: Evidence) -> Evidence:
    return _with_event(evidence, 1, {"client": "p_another"})


def _call_the_candidate_otherwise(evidence: Evidence) -> Evidence:
    return _with_event(evidence, 0, {"candidate": "p_another"})


def _leave_the_candidate_out(evidence: Evidence) -> Evidence:
    return _with_event(evidence, 0, {"candidate": None})


def _leave_the_client_out(evidence: Evidence) -> Evidence:
    evidence.history.clocks_set = 0
    return _with_event(_with_event(evidence, 0, {"client": None}), 1, {"client": None, "sealed_contact": "sealed"})


def _forget_the_client(evidence: Evidence) -> Evidence:
    client = dict(evidence.history.names)[evidence.records[0].account]
    evidence.history.clocks_set = 1
    return _with_event(_with_event(evidence, 0, {"client": client}), 1, {"client": None})


def _remember_another_name(evidence: Evidence) -> Evidence:
    return replace(evidence, records=[replace(evidence.records[0], names=Names(None, "p_another"))])


def _tell_who_it_is(evidence: Evidence) -> Evidence:
    return _with_event(evidence, 1, {"why": f"of {evidence.records[0].account}"})


def _refuse_for_a_name(evidence: Evidence) -> Evidence:
    evidence.history.failed[evidence.history.said[0].call] = {CLIENT_ROW}
    return _say(evidence, StoreUnavailableError("nobody knows what the client is called"))


def _send_without_a_name(evidence: Evidence) -> Evidence:
    evidence.history.failed[evidence.history.posts[0].call] = {CANDIDATE_ROW}
    return evidence


def _pause(evidence: Evidence) -> Evidence:
    asked = evidence.history.asked
    asked.update({number: replace(one, is_sending=False) for number, one in asked.items()})
    return evidence


def _claim_while_paused(evidence: Evidence) -> Evidence:
    evidence.history.posts.clear()
    return _pause(evidence)


def _send_while_paused(evidence: Evidence) -> Evidence:
    evidence.history.moves.clear()
    return _pause(evidence)


def _tell_of_no_pause(evidence: Evidence) -> Evidence:
    return _say(evidence, SendingPausedError("paused"))


def _pause_a_repeat(evidence: Evidence) -> Evidence:
    call = evidence.history.said[0].call
    wish = replace(evidence.history.asked[call], is_sending=False, at=evidence.history.moves[-1].at + 1)
    evidence.history.asked[call] = replace(wish, key=evidence.intents[0].key)
    evidence.history.posts.clear()
    evidence.history.moves.pop(0)
    return _say(evidence, SendingPausedError("paused"))


def _fail_in_a_foreign_way(evidence: Evidence) -> Evidence:
    evidence.history.foreign_errors.append("KeyError")
    return evidence


DAMAGES: list[tuple[Callable[[Evidence], Evidence], str]] = [
    (_double, "I1 "),
    (_send_without_claim, "I2 recorded"),
    (_lose_records, "I2 nothing lost"),
    (_confirm_another_booking, "I3 "),
    (_deny_a_booking, "I4 "),
    (_promise_a_booking, "I5 "),
    (_deny_by_error, "I5 "),
    (_show_to_another, "I5 "),
    (_show_too_early, "I5 "),
    (_answer_differently, "I5 "),
    (_send_twice, "I6 "),
    (_try_again_after_a_success, "I6 "),
    (_move_back, "I7 "),
    (_leave_open, "I8 "),
    (_store_a_comment, "I9 "),
    (_tell_a_token, "I9 "),
    (_cut_the_chain, "I10 "),
    (_change_the_chain, "I10 "),
    (_drop_the_chain, "I10 "),
    (_book_a_wish_twice, "I11 "),
    (_tell_an_impossible_story, "I12 "),
    (_name_twice, "I13 "),
    (_name_two_people_alike, "I13 "),
    (_call_the_client_otherwise, "I13 "),
    (_call_the_candidate_otherwise, "I13 "),
    (_leave_the_candidate_out, "I13 "),
    (_leave_the_client_out, "I13 "),
    (_forget_the_client, "I13 "),
    (_remember_another_name, "I13 "),
    (_tell_who_it_is, "I14 "),
    (_refuse_for_a_name, "I15 "),
    (_send_without_a_name, "I15 "),
    (_claim_while_paused, "I16 "),
    (_send_while_paused, "I16 "),
    (_tell_of_no_pause, "I17 "),
    (_pause_a_repeat, "I17 "),
    (_fail_in_a_foreign_way, "no foreign"),
]


@pytest.mark.parametrize(("damage", "number"), DAMAGES)
def test_the_oracle_sees_every_kind_of_breach(damage: Callable[[Evidence], Evidence], number: str) -> None:
    """Take a run that holds, damage its evidence in one place, and let the oracle look again."""
    evidence = _plain_success()
    assert not breaches(evidence)
    assert any(breach.invariant.startswith(number) for breach in breaches(damage(evidence)))


def _plain_success() -> Evidence:
    """Return the evidence of the first run whose only operation was booked and told at once, with both people's names."""
    for seed in range(100):
        run = Run(seed)
        run.go()
        evidence = run.evidence()
        states = [move.after.state for move in evidence.history.moves]
        told = bool(evidence.history.said) and isinstance(evidence.history.said[0].answer, Answered)
        is_named = all(record.names.client is not None for record in evidence.records)
        if states == [OperationState.SENDING, OperationState.CONFIRMED] and told and is_named:
            return evidence
    raise AssertionError("no run was plain")


def test_every_invariant_can_be_broken() -> None:
    """The table of damages leaves no invariant out."""
    for name in INVARIANTS:
        assert any(name.startswith(number) for _, number in DAMAGES), name

"""The README's booking, made by the real use cases, with the price of each transaction that it takes."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import simplejson

from chalicelib.adapters.aws.dynamodb import transactions
from chalicelib.adapters.aws.dynamodb.rate_limit import RateLimit, counters
from chalicelib.adapters.aws.dynamodb.tables import AUDIT, OPERATIONS
from chalicelib.adapters.aws.dynamodb.transactions import Tables
from chalicelib.adapters.aws.vault.data_key import DataKey
from chalicelib.adapters.aws.vault.sealing import AesGcmSeal
from chalicelib.application.ports import AccountSeal, ClaimAnswer, Claimed, Resolution
from chalicelib.domain.audit.event import AuditEvent
from chalicelib.domain.booking.booking import Booking, BookingRequest
from chalicelib.domain.operation.operation import AnyOutcome, Operation, OperationState, Outcome
from chalicelib.domain.operation.record import OperationRecord
from chalicelib.domain.time_budget import Deadline
from chalicelib.edge.answer_form import HttpAnswers
from chalicelib.edge.links import Links
from devtools.bench.write_units import Cost, CountedTables
from devtools.places import ROOT
from tests.builders import pseudonym
from tests.fakes.store import TroubledStore
from tests.fakes.vault import TroubledVault
from tests.unit.application.world import World

README = (ROOT / "README.md").read_text()
MEMBERS: dict[str, Any] = json.loads(re.findall(r"-d '(\{.*?\})'", README, re.DOTALL)[0], parse_float=Decimal)
BOOKED: dict[str, Any] = simplejson.loads(re.findall(r"```json\n(.*?)```", README, re.DOTALL)[0], use_decimal=True)
REQUEST_ID = "6f1c0a52-3c5d-4d0e-9a51-0f5a6f3b7c11"
KEY = "6f1c0a52-readme-0001"
KEPT = timedelta(days=400)
NAMES = Tables("operations", "audit", KEPT, KEPT)
LIMITS = (RateLimit(5, 60), RateLimit(30, 86_400))


class PricedStore(TroubledStore):
    """A store that counts what each of its transactions would cost on the real tables."""

    def __init__(self) -> None:
        super().__init__()
        self.tables = CountedTables({NAMES.operations: OPERATIONS, NAMES.audit: AUDIT})
        self.costs: list[tuple[str, Cost]] = []

    def claim(
        self, operation: Operation, event: AuditEvent, deadline: Deadline, previous: OperationRecord | None = None
    ) -> ClaimAnswer:
        """Count the claim."""
        answer = super().claim(operation, event, deadline, previous)
        if answer == Claimed():
            counted = counters(operation.account, LIMITS, operation.claimed_at)
            self._count("claim", transactions.claim(NAMES, operation, event, previous, counted))
        return answer

    def conclude(
        self,
        operation: Operation,
        outcome: AnyOutcome,
        event: AuditEvent,
        deadline: Deadline,
        sealed_answer: str | None = None,
    ) -> None:
        """Count the conclusion."""
        super().conclude(operation, outcome, event, deadline, sealed_answer)
        parts = transactions.conclusion(NAMES, operation, outcome, event, sealed_answer)
        self._count(f"conclusion {outcome.state}", parts)

    def resolve(self, record: OperationRecord, resolution: Resolution, event: AuditEvent, deadline: Deadline) -> bool:
        """Count the resolution."""
        is_written = super().resolve(record, resolution, event, deadline)
        self._count(f"resolution {resolution.state}", transactions.resolution(NAMES, record, resolution, event))
        return is_written

    def release(self, record: OperationRecord, event: AuditEvent, deadline: Deadline) -> bool:
        """Count the release."""
        is_written = super().release(record, event, deadline)
        self._count("release", transactions.release(NAMES, record, event))
        return is_written

    def _count(self, step: str, parts: transactions.Writes) -> None:
        self.costs.append((step, self.tables.apply(parts)))


class SealingVault(TroubledVault):
    """A vault that seals as the real one does, by AES-256-GCM."""

    def unlock(self, account: int, deadline: Deadline) -> AccountSeal:
        """Return the seal of an account."""
        super().unlock(account, deadline)
        numbers = iter(range(2**32))
        return AesGcmSeal(account, DataKey(b"k" * 32), lambda length: next(numbers).to_bytes(length))


def priced_world() -> World:
    """Return a world of the README's answers, whose store counts and whose vault seals."""
    world = World(store=PricedStore(), vault=SealingVault(), form=HttpAnswers(Links("/dev", "/dev/problems/")))
    world.gateway.created_at = "2026-01-15T12:00:00.000"
    for user_id in (1001, MEMBERS["BookUserID"]):  # people whom the register knows
        world.register.learn(user_id, pseudonym(user_id))
    make = world.gateway.answer

    def book(request: BookingRequest) -> Outcome:
        plain = make(request).booking
        if plain is None:
            raise AssertionError("it was not booked")
        told = replace(
            Booking.read(BOOKED),
            booking_id=BOOKED["BookingID"] + plain.booking_id,
            comments=request.comments,
            create_date=plain.create_date,
        )
        world.gateway.bookings[plain.booking_id] = told
        return Outcome(OperationState.CONFIRMED, "booked", upstream_status=200, booking=told)

    world.gateway.answer = book
    return world


def steps(act: Callable[[World], object]) -> list[tuple[str, Cost]]:
    """Return what each transaction costs that `act` causes, by its name and in order."""
    world = priced_world()
    act(world)
    store = world.store
    if not isinstance(store, PricedStore):
        raise TypeError("the store does not count")
    return store.costs

"""Everything around the use cases, in memory, wired as the composition root wires the real things."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib.application.booking.claiming import Claiming
from chalicelib.application.booking.concluding import Concluding
from chalicelib.application.booking.earlier import EarlierOperations
from chalicelib.application.booking.naming import Naming
from chalicelib.application.booking.place_booking import Answered, PlaceBooking, PlaceBookingCommand
from chalicelib.application.booking.reads import Reads
from chalicelib.application.booking.refusals import Refusals
from chalicelib.application.booking.validate_booking import Quote, ValidateBooking, ValidateBookingCommand
from chalicelib.application.operations.get_operation import GetOperation, GetOperationCommand, OperationView
from chalicelib.application.operations.housekeeping import Expired, Housekeeping
from chalicelib.application.operations.reconcile import Reconciler
from chalicelib.application.ports import AnswerForm, Concurrency, HmacKeys
from chalicelib.application.register_ports import PeopleSeal
from chalicelib.domain.access import AccessToken
from chalicelib.domain.booking.form import JsonValue
from chalicelib.domain.errors import SwitchboardError
from chalicelib.domain.operation.matching import ReconciliationPolicy
from chalicelib.domain.operation.operation import OperationState
from chalicelib.domain.operation.record import OperationRecord
from chalicelib.domain.time_budget import Deadline, TimeBudget
from chalicelib.edge.answer_form import HttpAnswers
from chalicelib.edge.links import Links
from devtools.memory.ids import CountingIds
from devtools.memory.register import InMemoryRegister, OpenPeopleSeal
from tests.builders import LONDON, MEMBERS, POLICY, TOKEN
from tests.fakes.clock import FixedClock
from tests.fakes.store import TroubledStore
from tests.fakes.system import FixedKeys, SequentialConcurrency
from tests.fakes.trail import TroubledTrail
from tests.fakes.upstream import InMemoryGateway, InMemoryIntrospector
from tests.fakes.vault import TroubledVault

KEY, OTHER_KEY = "0123456789abcdef", "fedcba9876543210"


@dataclass
class World:
    """The use cases with their fakes; a test may replace any of them, also between two calls."""

    clock: FixedClock = field(default_factory=FixedClock)
    introspector: InMemoryIntrospector = field(default_factory=InMemoryIntrospector)
    gateway: InMemoryGateway = field(default_factory=InMemoryGateway)
    store: TroubledStore = field(default_factory=TroubledStore)
    vault: TroubledVault = field(default_factory=TroubledVault)
    people: PeopleSeal = field(default_factory=OpenPeopleSeal)
    concurrency: Concurrency = field(default_factory=SequentialConcurrency)
    ids: CountingIds = field(default_factory=CountingIds)
    keys: HmacKeys = field(default_factory=FixedKeys)
    form: AnswerForm = field(default_factory=lambda: HttpAnswers(Links()))
    budget: TimeBudget = field(default_factory=TimeBudget)
    policy: ReconciliationPolicy = field(default_factory=ReconciliationPolicy)
    is_sending: bool = True

    @property
    def trail(self) -> TroubledTrail:
        """Return the audit trail, which store and use case share."""
        return self.store.trail

    @property
    def register(self) -> InMemoryRegister:
        """Return the register, which store, vault and use case share."""
        self.vault.register = self.store.register
        return self.store.register

    def reconciler(self) -> Reconciler:
        """Return what settles open operations."""
        return Reconciler(self.gateway, self.store, self.form, self.clock, self.concurrency, LONDON, self.policy)

    def housekeeping(self) -> Housekeeping[OperationRecord]:
        """Return what settles and flags forgotten operations."""
        return Housekeeping(
            self.store, self.register, self.reconciler(), self.clock, self.concurrency, self.policy, self.budget
        )

    def place_booking(self) -> PlaceBooking:
        """Return the main use case."""
        reconciler = self.reconciler()
        earlier = EarlierOperations(self.store, self.gateway, reconciler, self.clock, self.keys)
        return PlaceBooking(
            reads=Reads(self.introspector, self.gateway, self.concurrency),
            naming=Naming(self.register, self.people, self.concurrency),
            gateway=self.gateway,
            claiming=Claiming(self.store, self.people, earlier, self.budget),
            concluding=Concluding(self.store, reconciler, self.form, self.budget),
            housekeeping=self.housekeeping(),
            refusals=Refusals(self.trail, self.register, self.clock, self.budget),
            vault=self.vault,
            concurrency=self.concurrency,
            clock=self.clock,
            ids=self.ids,
            keys=self.keys,
            policy=POLICY,
            budget=self.budget,
            is_sending=self.is_sending,
        )

    def place(
        self,
        document: Mapping[str, JsonValue] = MEMBERS,
        *,
        idempotency_key: str | None = KEY,
        seconds_left: float = 26,
        request_id: str = "request-1",
        token: AccessToken = TOKEN,
    ) -> Answered:
        """Place a booking once."""
        command = PlaceBookingCommand(token, idempotency_key, document, request_id, seconds_left)
        return self.place_booking().execute(command)

    def quote(
        self,
        document: Mapping[str, JsonValue] = MEMBERS,
        *,
        seconds_left: float = 26,
        token: AccessToken = TOKEN,
    ) -> Quote:
        """Check a booking without making it."""
        reads = Reads(self.introspector, self.gateway, self.concurrency)
        use_case = ValidateBooking(reads, self.clock, POLICY, self.budget)
        return use_case.execute(ValidateBookingCommand(token, document, seconds_left))

    def refusal(self, *args: Any, **kwargs: Any) -> SwitchboardError:  # noqa: ANN401 (what `place` takes)
        """Place a booking once and return its error."""
        try:
            answered = self.place(*args, **kwargs)
        except SwitchboardError as error:
            return error
        msg = f"it was answered: {answered}"
        raise AssertionError(msg)

    def ask(
        self, operation_id: str | None, token: AccessToken = TOKEN, request_id: str = "request-ask"
    ) -> OperationView[OperationRecord]:
        """Ask for the state of an operation."""
        use_case = GetOperation(
            introspector=self.introspector,
            store=self.store,
            vault=self.vault,
            register=self.register,
            reconciler=self.reconciler(),
            concurrency=self.concurrency,
            clock=self.clock,
            budget=self.budget,
        )
        return use_case.execute(GetOperationCommand(token, operation_id or "", request_id, 26))

    def expire(self) -> Expired:
        """Flag what has been open for too long."""
        return self.housekeeping().expire_operations("request-clean", Deadline.after(self.clock.monotonic, 20))

    def events(self, operation_id: str | None) -> list[dict[str, Any]]:
        """Return an operation's stored events as documents."""
        return [json.loads(stored) for stored in self.trail.events(operation_id or "")]

    def kinds(self, operation_id: str | None) -> list[str]:
        """Return the kinds of an operation's stored events."""
        return [event["kind"] for event in self.events(operation_id)]

    def state_of(self, operation_id: str | None) -> OperationState | None:
        """Return how an operation stands."""
        return self.store.state_of(operation_id or "")


def lost(world: World, document: Mapping[str, JsonValue] = MEMBERS, idempotency_key: str | None = KEY) -> str:
    """Send a booking whose answer never comes, and which AdultWork's list does not show; return its operation."""
    world.gateway.will_time_out_after_send()
    operation_id = world.refusal(document, idempotency_key=idempotency_key).operation_id
    world.gateway.will_answer_again()
    assert operation_id is not None
    return operation_id


def body(answered: Answered) -> dict[str, Any]:
    """Return the document of an answer."""
    document: dict[str, Any] = json.loads(answered.answer.body)
    return document

"""What a booking would meet: every check of the real call up to its claim, and the price. Nothing is claimed or sent."""

from collections.abc import Mapping
from dataclasses import field
from decimal import Decimal

from chalicelib.application.booking import checks
from chalicelib.application.booking.reads import Reads
from chalicelib.application.ports import Clock
from chalicelib.application.scope import require_scope
from chalicelib.domain.access import AccessToken
from chalicelib.domain.booking.facts import Facts
from chalicelib.domain.booking.form import Form, JsonValue
from chalicelib.domain.booking.policy import BookingPolicy
from chalicelib.domain.booking.rules import facts as fact_rules
from chalicelib.domain.time_budget import Deadline, TimeBudget
from chalicelib.domain.violation import Violation
from chalicelib.values import dataclass


@dataclass(frozen=True, slots=True)
class ValidateBookingCommand:
    """What the edge read: `members` is the JSON object of the body, `seconds_left` what the platform still grants."""

    token: AccessToken
    members: Mapping[str, JsonValue] = field(repr=False)
    seconds_left: float


@dataclass(frozen=True, slots=True)
class Quote:
    """What the checks say of a booking; amounts are in credits and exact, None where they cannot be known.

    `violations` are those that the real call would be refused with, `unchecked` the ids of the rules whose facts are unknown.
    `minimum_credits` is the candidate's price for the duration. `balance_after` is the balance less the credits that are
    offered, below zero where the account lacks some.
    """

    violations: tuple[Violation, ...]
    unchecked: tuple[str, ...]
    price_per_minute: Decimal | None
    minimum_credits: Decimal | None
    balance: Decimal | None
    balance_after: Decimal | None

    @property
    def is_valid(self) -> bool:
        """Tell whether no rule is broken, as far as the rules could be checked."""
        return not self.violations


@dataclass(frozen=True, slots=True)
class ValidateBooking:
    """Check a booking. It leaves no trace: the audit trail is for requests that asked for a booking."""

    reads: Reads
    clock: Clock
    policy: BookingPolicy
    budget: TimeBudget

    def execute(self, command: ValidateBookingCommand) -> Quote:
        """Return what the checks of `PlaceBooking`, steps 1 to 5, say of a request.

        A fact that AdultWork fails to tell ends the check as it would end the booking, unless a broken rule decides already.

        Raises:
            CallerError: the token or its scope is not good for this.
            UpstreamError: the facts cannot be read, and no rule is broken.
        """
        deadline = Deadline.after(self.clock.monotonic, min(self.budget.call, command.seconds_left))
        form = Form(command.members, self.policy, self.clock.now())
        begun = checks.begin(self.reads, form, command.token, deadline.within(self.budget.reads))
        require_scope(self.reads.introspector, begun.principal, command.token)
        facts, failure = begun.pending.read()
        check = fact_rules.check_facts(form, facts)
        violations = (*begun.broken, *check.violations)
        if failure is not None and not violations:
            raise failure
        return _quote(form, facts, violations, check.unchecked)


def _quote(form: Form, facts: Facts, violations: tuple[Violation, ...], unchecked: tuple[str, ...]) -> Quote:
    offered, balance = form.credits(), facts.balance
    return Quote(
        violations=violations,
        unchecked=unchecked,
        price_per_minute=None if facts.requirements is None else facts.requirements.price_per_minute,
        minimum_credits=fact_rules.minimum_credits(form, facts),
        balance=balance,
        balance_after=None if balance is None or offered is None else balance - offered,
    )

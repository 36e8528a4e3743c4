"""Steps 1 to 3 of the pipeline, which change nothing: look at the form, introspect the token, require the scope.

`PlaceBooking` and `ValidateBooking` begin with them, so that a quote is checked as the booking will be.
"""

from chalicelib.application.booking.reads import PendingFacts, Reads
from chalicelib.application.ports import TokenIntrospector
from chalicelib.domain.access import AccessToken, Principal, Scope
from chalicelib.domain.booking.form import Form
from chalicelib.domain.booking.rules import facts as fact_rules
from chalicelib.domain.booking.rules import form as form_rules
from chalicelib.domain.errors import InsufficientScopeError
from chalicelib.domain.time_budget import Deadline
from chalicelib.domain.violation import Violation
from chalicelib.values import dataclass


@dataclass(frozen=True, slots=True)
class Checks:
    """What is known of a request so far: the rules of the form that it breaks, who asks, and the facts on their way."""

    form: Form
    broken: tuple[Violation, ...]
    principal: Principal
    pending: PendingFacts


def begin(reads: Reads, form: Form, token: AccessToken, deadline: Deadline) -> Checks:
    """Run the rules of the form, and begin every read at once.

    Raises:
        InvalidTokenError: the upstream does not know the token.
        UpstreamUnavailableError: no readable answer by the deadline.
    """
    broken = form_rules.violations(form)
    principal, pending = reads.start(token, fact_rules.needed(form), deadline)
    return Checks(form, broken, principal, pending)


def require_scope(introspector: TokenIntrospector, principal: Principal, token: AccessToken) -> None:
    """Refuse who may not book.

    Raises:
        InsufficientScopeError: the scope is missing.
    """
    if principal.has_scope(Scope.PHONECHAT_BOOKINGS):
        return
    introspector.forget(token)  # who grants it now need not wait for the cache
    scope = Scope.PHONECHAT_BOOKINGS.value
    raise InsufficientScopeError(
        f"The user has not granted this access token the scope {scope}. Ask for it and sign in again.", scope=scope
    )

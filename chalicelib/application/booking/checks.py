"""Steps 1 and 2 of the pipeline, which change nothing: look at the form, introspect the token, begin the reads.

`PlaceBooking` and `ValidateBooking` begin with them, so that a quote is checked as the booking will be.
"""

from chalicelib.application.booking.reads import PendingFacts, Reads
from chalicelib.domain.access import AccessToken, Principal
from chalicelib.domain.booking.form import Form
from chalicelib.domain.booking.rules import facts as fact_rules
from chalicelib.domain.booking.rules import form as form_rules
from chalicelib.domain.time_budget import Deadline
from chalicelib.domain.violation import Violation
from chalicelib.values import dataclass


@dataclass(frozen=True, slots=True)
class Checks:
    """What is known of a request so far: the rules of the form that it breaks, who asks, and the facts on their way."""

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
    return Checks(broken, principal, pending)

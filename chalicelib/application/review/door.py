"""The door: who comes in, and the event of each look, without which nothing goes out."""

from collections.abc import Mapping

from chalicelib.application.ports import Clock
from chalicelib.application.review.ports import LookTrail, TokenVerifier
from chalicelib.domain.access import AccessToken
from chalicelib.domain.canonical import Canonical
from chalicelib.domain.review.desk.look import Action, Look
from chalicelib.domain.review.desk.reviewer import Reviewer, Role
from chalicelib.domain.reviewer_errors import AuditUnavailableError
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass

LONGEST_SECONDS = 20.0
TRIES = 12  # a page of a console asks several things at once, and each round one of them gets its place
NOT_RECORDED = "Your look at the audit could not be recorded, so there is no answer. It is safe to try again."


@dataclass(frozen=True, slots=True)
class Visit:
    """What every question has: its access token, its id, why it is asked, and the seconds that the platform grants."""

    token: AccessToken
    request_id: str
    seconds_left: float
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Door:
    """Lets reviewers in and writes down what they look at."""

    verifier: TokenVerifier
    trail: LookTrail
    clock: Clock

    def deadline(self, visit: Visit) -> Deadline:
        """Return when the answer to a visit is due."""
        return Deadline.after(self.clock.monotonic, min(LONGEST_SECONDS, visit.seconds_left))

    def admit(self, visit: Visit, deadline: Deadline, *roles: Role) -> Reviewer:
        """Return who visits, in all of `roles`.

        Raises:
            ReviewerTokenInvalidError: nobody that we know.
            RoleMissingError: somebody without one of the roles.
            IdentityUnavailableError: nobody can tell now.
        """
        reviewer = self.verifier.verify(visit.token, deadline)
        for role in roles:
            reviewer.require(role)
        return reviewer

    def record(  # noqa: PLR0913, PLR0917 (the parts of one look)
        self,
        visit: Visit,
        reviewer: Reviewer,
        action: Action,
        asked: Mapping[str, Canonical],
        found: int,
        deadline: Deadline,
    ) -> None:
        """Write the event of a look behind the newest of its chain; where another one is faster, behind that.

        Raises:
            AuditUnavailableError: it could not be written, so the answer must not leave.
        """
        look = Look(reviewer, action, self.clock.now(), visit.request_id, found, asked, visit.reason)
        for _ in range(TRIES):
            if self.trail.add(look.following(self.trail.head(look.chain, deadline)), deadline):
                return
        raise AuditUnavailableError(NOT_RECORDED, retry_after_seconds=1)

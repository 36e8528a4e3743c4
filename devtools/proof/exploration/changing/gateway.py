"""AdultWork's changes as an exploration has them: each fate of a POST is a fault, and a late change a move."""

from dataclasses import dataclass
from functools import partial

from chalicelib.domain.access import AccessToken
from chalicelib.domain.changing.operation import ChangeOutcome
from chalicelib.domain.changing.request import ChangeRequest
from chalicelib.domain.time_budget import Deadline
from devtools.proof.exploration.world.platform import ExploredPlatform
from devtools.proof.exploration.world.stage import Move
from devtools.proof.simulation.changing.upstream import Fate, Sent, SimulatedChanges
from devtools.proof.simulation.world.upstream import LATEST_COMMIT_SECONDS


@dataclass(slots=True)
class ExploredChanges(SimulatedChanges):
    """Sends changes."""

    def fate(self) -> Fate | None:
        """Choose what goes wrong with the present POST."""
        fault = self._explored.step("POST", tuple(Fate), is_shared=True)
        return None if fault is None else Fate(fault)

    def send(self, token: AccessToken, request: ChangeRequest, deadline: Deadline) -> ChangeOutcome:
        """Send a change and return what is known then."""
        outcome = SimulatedChanges.send(self, token, request, deadline)
        self._explored.learn(outcome)
        return outcome

    def make_later(self, post: Sent, after: float) -> None:
        """Let the change be made when nobody waits for the reply any more, at the latest when it can."""
        now = self._explored.scheduler.now
        latest = now + max(after, LATEST_COMMIT_SECONDS)
        identity = f"call {post.call}: its change is made"
        self._explored.stage.may_happen(Move(identity, now + after, latest, partial(self.make, post)))

    def content(self) -> object:
        """Return all that is there, and all that was sent and can still be contradicted."""
        sent = [
            (one.operation_id, one.attempt, one.request.booking_ids, one.has_claim, one.is_made, one.may_follow)
            for one in self.sent
        ]
        statuses = [(id_, one.status) for id_, one in sorted(self.bookings.items())]
        return statuses, sorted(self.deleted), sorted(self.begins.items()), sorted(map(repr, sent))

    @property
    def _explored(self) -> ExploredPlatform:
        """Return the platform as what it is here."""
        platform = self.reads.platform
        assert isinstance(platform, ExploredPlatform)  # noqa: S101 (it was built with one)
        return platform

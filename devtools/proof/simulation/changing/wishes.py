"""Changes that users want, who serves them, and what became of each time that they asked."""

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.domain.booking.form import JsonValue
from chalicelib.domain.changing.change import Change
from chalicelib.domain.operation.operation import keyed_operation_id
from chalicelib.edge.changing.use_cases import Changes
from devtools.proof.simulation.intents import CANARY
from devtools.proof.simulation.service import Container


@dataclass(frozen=True, slots=True)
class Wish:
    """A change that one account wants of one booking."""

    number: int
    account: int
    change: Change
    booking_id: int

    @property
    def members(self) -> dict[str, JsonValue]:
        """Return the body; its reason is easy to find again."""
        given: dict[str, JsonValue] = {
            "BookingID": self.booking_id,
            "BookingIDs": str(self.booking_id),
            "Reason": f"{CANARY} {self.number}",
            "Credits": 30,
        }
        return {member.name: given[member.name] for member in self.change.members}


@dataclass(slots=True)
class ChangingContainer:
    """The use cases of changes in one container, as it sends and as `SENDING=0` has them."""

    container: Container
    sending: Changes
    paused: Changes

    @property
    def changes(self) -> Changes:
        """Return the use cases as the container has them now."""
        return self.sending if self.container.is_sending else self.paused


@dataclass(slots=True)
class Asked:
    """One request for a change: its call, when it began, and whether its container sends; `answer` is None where it died."""

    wish: Wish
    key: str | None
    call: int
    at: float
    is_sending: bool
    answer: object = None

    def had_its_answer(self, answered: Mapping[str, float]) -> bool:
        """Tell whether the request had its answer when it came; `answered` tells when each operation got one."""
        if self.key is None:
            return False
        operation_id = keyed_operation_id(self.wish.account, self.key, self.wish.change.route)
        return answered.get(operation_id, self.at) < self.at

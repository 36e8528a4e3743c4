"""A client of the function: what a mobile app says, without a socket."""

import json
from dataclasses import dataclass, field

from devtools.proof.trials import canary
from devtools.proof.trials.scene.function import Reply
from devtools.proof.trials.scene.ground import Ground

CREATE = "/v1/PhoneChat/CreateBooking"


@dataclass(slots=True)
class Client:
    """Books and asks; `told` is what it was told so far."""

    ground: Ground
    told: list[Reply] = field(default_factory=list)

    def book(self, token: str, key: str | None, **changes: object) -> Reply:
        """Ask for a booking, which holds every secret that it can hold.

        Raises:
            KilledError: the function died meanwhile.
        """
        body = json.dumps(canary.booking(**changes)).encode()
        return self._keep(self.ground.function.call("POST", CREATE, canary.headers(token, key), body))

    def ask(self, token: str, operation_id: str) -> Reply:
        """Ask how an operation stands; this settles it, if it can be settled.

        Raises:
            KilledError: the function died meanwhile.
        """
        path = f"/v1/operations/{operation_id}"
        return self._keep(self.ground.function.call("GET", path, canary.headers(token)))

    def _keep(self, reply: Reply) -> Reply:
        self.told.append(reply)
        return reply

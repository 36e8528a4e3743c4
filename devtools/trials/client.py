"""A client of the function: what a mobile app says, without a socket."""

import json
from dataclasses import dataclass, field

from devtools.trials import canary
from devtools.trials.ground import Ground
from devtools.trials.verdict import Told

CREATE = "/v1/PhoneChat/CreateBooking"


@dataclass(slots=True)
class Client:
    """Books and asks; `told` is what it was told so far."""

    ground: Ground
    told: list[Told] = field(default_factory=list)

    def book(self, token: str, key: str | None, **changes: object) -> Told:
        """Ask for a booking, which holds every secret that it can hold.

        Raises:
            KilledError: the function died meanwhile.
        """
        body = json.dumps(canary.booking(**changes)).encode()
        return self._keep(Told(self.ground.function.call("POST", CREATE, canary.headers(token, key), body), key))

    def ask(self, token: str, operation_id: str) -> Told:
        """Ask how an operation stands; this settles it, if it can be settled.

        Raises:
            KilledError: the function died meanwhile.
        """
        path = f"/v1/operations/{operation_id}"
        return self._keep(Told(self.ground.function.call("GET", path, canary.headers(token))))

    def _keep(self, told: Told) -> Told:
        self.told.append(told)
        return told

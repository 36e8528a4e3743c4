"""The endpoints that are read for callers; what AdultWork says of a read that it declines reaches them, cleaned."""

from collections.abc import Callable

from chalicelib.adapters.adultwork import faults
from chalicelib.adapters.adultwork.client import AdultWorkClient
from chalicelib.adapters.adultwork.codec.shaped import read_shape
from chalicelib.adapters.adultwork.reading import read
from chalicelib.adapters.http.answer import UpstreamAnswer
from chalicelib.domain.access import AccessToken
from chalicelib.domain.errors import UpstreamRefusedError
from chalicelib.domain.reading.endpoint import Endpoint
from chalicelib.domain.reading.parameter import Asked
from chalicelib.domain.reading.shape import Leaf
from chalicelib.domain.reading.told import Told
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass

DECLINED = frozenset({400, 402, faults.FORBIDDEN, faults.NOT_FOUND, 409, 410, 422})


@dataclass(frozen=True, slots=True)
class AdultWorkReader:
    """The upstream as `EndpointReader`; `guard` makes each read, or refuses to while the upstream is down."""

    client: AdultWorkClient
    guard: Callable[[Callable[[], Told]], Told]

    def read(self, endpoint: Endpoint, asked: Asked, token: AccessToken, deadline: Deadline) -> Told:
        """Read an endpoint.

        A bare value is not asked for in the other format: cut off, one in JSON is a value still.
        """

        def interpret(answer: UpstreamAnswer) -> Told:
            classify(answer, token)
            return read_shape(endpoint.shape, answer, asked)

        def bare() -> Told:
            with faults.translated_reads():
                return interpret(self.client.get(endpoint.path, token, deadline, asked))

        def whole() -> Told:
            return read(self.client, endpoint.path, token, deadline, interpret, asked)

        return self.guard(bare if isinstance(endpoint.shape, Leaf) else whole)


def classify(answer: UpstreamAnswer, token: AccessToken) -> None:
    """Let an answer pass when its status is 200.

    Raises:
        UpstreamRefusedError: AdultWork itself declines; its reason is cleaned, and does not repeat the token.
        InvalidTokenError: it does not take the token.
        UpstreamUnavailableError: any other status.
    """
    if answer.status in DECLINED:
        reason = faults.refusal_message(answer, [token.reveal()])
        if reason is not None and not faults.is_address_wrong(answer):
            raise UpstreamRefusedError(
                "AdultWork declined this read; it changed nothing.",
                upstream_status=answer.status,
                upstream_message=reason or None,
            )
    faults.classify_read(answer)

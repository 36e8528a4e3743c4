"""Wires the reads, when the first caller reads: nothing here is loaded for a booking."""

from chalicelib.adapters.adultwork.client import AdultWorkClient
from chalicelib.adapters.adultwork.endpoint_reader import AdultWorkReader
from chalicelib.adapters.breaker import Breaker
from chalicelib.application.ports import Clock, TokenIntrospector
from chalicelib.application.reading.read_endpoint import ReadEndpoint
from chalicelib.domain.time_budget import TimeBudget


def read_endpoint(
    introspector: TokenIntrospector, client: AdultWorkClient, breaker: Breaker, clock: Clock, budget: TimeBudget
) -> ReadEndpoint:
    """Return the use case over the adapters that bookings use; its reads open and obey the same breaker."""
    return ReadEndpoint(introspector, AdultWorkReader(client, breaker.guard), clock, budget)

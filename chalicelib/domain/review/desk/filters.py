"""What reviewers search by. Filters combine: an operation is shown when it meets all that are set."""

import hashlib
from dataclasses import fields
from datetime import datetime

from chalicelib.domain.audit.event import EventKind, told_request_id
from chalicelib.domain.canonical import Canonical, canonical_bytes
from chalicelib.domain.review.desk.chain import Chain
from chalicelib.values import dataclass

DIGEST_CHARACTERS = 16


@dataclass(frozen=True, slots=True)
class Filter:
    """The filters, None for those that are not set; people are named as events name them.

    `start` (inclusive) and `end` (exclusive) bound when an operation began, in UTC. `rule` is the name of a broken rule or
    the reason of a refusal. `state` is one of `chain.STATES`.
    """

    start: datetime | None = None
    end: datetime | None = None
    client: str | None = None
    candidate: str | None = None
    booking: int | None = None
    operation: str | None = None
    request_id: str | None = None
    state: str | None = None
    rule: str | None = None
    upstream_status: int | None = None

    def meets(self, chain: Chain) -> bool:
        """Tell whether an operation meets every filter that is set."""
        return self._meets_time(chain) and self._meets_persons(chain) and self._meets_rest(chain)

    def described(self) -> dict[str, Canonical]:
        """Return the filters that are set, by name, as the event of a look tells them."""
        told = {each.name: getattr(self, each.name) for each in fields(self)}
        return {
            name: value.isoformat(timespec="milliseconds") if isinstance(value, datetime) else value
            for name, value in told.items()
            if value is not None
        }

    def digest(self) -> str:
        """Return what ties a cursor to its filters."""
        return hashlib.sha256(canonical_bytes(self.described())).hexdigest()[:DIGEST_CHARACTERS]

    def _meets_time(self, chain: Chain) -> bool:
        begun = chain.begun_at
        if begun is None:  # found by its row, and its bytes do not say when: it is shown, not hidden
            return True
        return (self.start is None or self.start <= begun) and (self.end is None or begun < self.end)

    def _meets_persons(self, chain: Chain) -> bool:
        # No sets: what stands in a record that was tampered with may be anything, a list too.
        is_client = self.client is None or self.client == chain.client
        return is_client and (self.candidate is None or self.candidate == chain.candidate)

    def _meets_rest(self, chain: Chain) -> bool:
        asked_request = None if self.request_id is None else told_request_id(self.request_id)
        return (
            self.booking in {None, *chain.booking_ids}
            and self.operation in {None, chain.operation_id}
            and (asked_request is None or asked_request == chain.first.get("request_id"))
            and self.state in {None, chain.state}
            and self.rule in {None, *chain.rules, *(chain.reasons if _is_refusal(chain) else ())}
            and self.upstream_status in {None, *chain.upstream_statuses}
        )


def _is_refusal(chain: Chain) -> bool:
    return chain.events[0].kind in {EventKind.REFUSED, EventKind.REFUSALS_COUNTED}

"""The limits of a stage, each with what a booking takes of it: at how many bookings a second it is reached, and what then.

Sources: AWS's pages on quotas of API Gateway, Lambda, DynamoDB and KMS, as public texts of 2026 quote them, the least of any
region where regions differ; shards, throttle and sizes are the code's own. Whoever deploys looks up what their account has.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, sqrt

from chalicelib.adapters.aws.dynamodb.tables import DAY_SHARDS, OPEN_SHARDS
from chalicelib.settings import Settings
from devtools.capacity.measured import AUDIT_NAME, OPERATIONS_NAME, Measured
from devtools.capacity.partitions import READS, UPSTREAM_SECONDS, WRITES
from devtools.capacity.traffic import Traffic
from devtools.deploy.template import REQUESTS_PER_SECOND, RESERVABLE_CALLS

GATEWAY_OF_ACCOUNT = 10_000  # requests a second
CALLS_OF_ACCOUNT = 1_000  # concurrent executions, of which all but 100 can be reserved
NEW_TABLE = 4_000  # write units a second that an on-demand table takes from its first second
TABLE_QUOTA = 40_000  # the same, at most, unless AWS raises it
KMS_CALLS = 10_000  # cryptographic operations a second with symmetric keys
OWN_SECONDS = 0.05
READ_BYTES = 8_192  # of an index, for one unit: such reads are eventually consistent

REFUSED = "429 of the gateway's own; nothing is sent"
NOT_CLAIMED = "the claim is throttled: 503, nothing is sent"
EITHER = "claims and conclusions are throttled; each is tried again"
SUPPRESSED = "what settles other operations beside a booking waits for the account's next call"
RAISED = "ask AWS for more before the day"


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit: what it allows, what a rate of bookings takes of it, the rate that reaches it, and what happens then."""

    name: str
    allows: float
    taken: Callable[[float], float]
    reached_at: float
    then: str

    def used(self, rate: float) -> float:
        """Return the part of it that a rate of bookings a second takes; more than 1 is too much."""
        return self.taken(rate) / self.allows


def limits(measured: Measured, traffic: Traffic) -> Sequence[Limit]:
    """Return every limit, the one that is reached first at the top."""
    seconds, slow = UPSTREAM_SECONDS + OWN_SECONDS, Settings().call_seconds
    operations, audit = (sum(measured.of_table(name)) for name in (OPERATIONS_NAME, AUDIT_NAME))
    opened = sum(cost.indexes["open"] for cost in (measured.claim, measured.conclusion))
    found = [
        _straight("gateway, throttle of the stage", REQUESTS_PER_SECOND, 1, REFUSED),
        _straight("gateway, the account", GATEWAY_OF_ACCOUNT, 1, REFUSED),
        _straight(f"calls at once, each {seconds:g} s", RESERVABLE_CALLS, seconds, REFUSED),
        _straight(f"calls at once, AdultWork slow ({slow:g} s)", RESERVABLE_CALLS, slow, REFUSED),
        _straight("KMS, a call for every booking", KMS_CALLS, 1, NOT_CLAIMED),
        _straight("operations, on its first day", NEW_TABLE, operations, f"{EITHER}; {RAISED}"),
        _straight("operations, the table's quota", TABLE_QUOTA, operations, f"{EITHER}; {RAISED}"),
        _straight("audit, on its first day", NEW_TABLE, audit, f"{EITHER}; {RAISED}"),
        _straight("audit, the table's quota", TABLE_QUOTA, audit, f"{EITHER}; {RAISED}"),
        _straight(f"open, a partition of {OPEN_SHARDS}", WRITES, opened / OPEN_SHARDS, EITHER),
        _straight(f"by-day, a partition of {DAY_SHARDS}", WRITES, 1 / DAY_SHARDS, NOT_CLAIMED),
        _straight(f"by-candidate, a star with {traffic.star:.1%}", WRITES, traffic.star, NOT_CLAIMED),
        _reading(f"open, reading beside, each {seconds:g} s", measured.copies["open"], seconds),
    ]
    return sorted(found, key=lambda limit: limit.reached_at)


def _straight(name: str, allows: float, each: float, then: str) -> Limit:
    return Limit(name, allows, lambda rate: rate * each, allows / each, then)


def _reading(name: str, copy_bytes: int, seconds: float) -> Limit:
    """Return the limit of reading a partition of `open`: each booking may read all that is open there, so it grows squared."""

    def taken(rate: float) -> float:
        a_partition = rate / OPEN_SHARDS
        return a_partition * ceil(a_partition * seconds * copy_bytes / READ_BYTES)

    return Limit(name, READS, taken, OPEN_SHARDS * sqrt(READS * READ_BYTES / (seconds * copy_bytes)), SUPPRESSED)

"""Facts of a stage as AWS and the upstream tell them: values alone, so that judging them needs no network.

Names are the logical ones of the template (`OperationsTable`); what they are called in the account stands beside them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

API, HOURLY = "APIHandler", "ExpireOperations"


@dataclass(frozen=True, slots=True)
class StackFacts:
    """A stack of CloudFormation; `status` None where there is none, `policy` None where none is set."""

    name: str
    status: str | None
    is_protected: bool = False
    policy: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class DriftFacts:
    """What is not as its stack made it: MODIFIED with the paths that differ, or DELETED."""

    stack: str
    resource: str
    status: str
    paths: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class FunctionFacts:
    """A function: its environment, its timeout in seconds, the calls that are reserved for it, and its role."""

    name: str
    variables: Mapping[str, str]
    timeout: float
    state: str
    role: str
    reserved: int | None = None


@dataclass(frozen=True, slots=True)
class TableFacts:
    """A table; `shape` is what of its keys and indexes is not as the code has it, `key` the KMS key that encrypts it."""

    name: str
    called: str
    status: str
    is_on_demand: bool
    is_recoverable: bool
    is_protected: bool
    key: str | None
    expiry: str | None
    shape: Sequence[str] = ()
    recovery_days: int | None = None


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """A key of KMS; `is_rotated` is None for one that signs, which KMS never rotates."""

    name: str
    state: str
    is_rotated: bool | None


@dataclass(frozen=True, slots=True)
class SecretFacts:
    """The secret: `fault` is why the function could not use it, in words without any value; `gone_at` when it is deleted."""

    called: str
    fault: str | None = None
    gone_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BucketFacts:
    """The bucket of digests; `lock_days` is for how long nobody deletes one, None without a lock in compliance mode."""

    called: str
    is_versioned: bool
    is_private: bool
    lock_days: int | None


@dataclass(frozen=True, slots=True)
class RoleFacts:
    """The role of a function: its own statements, the policies attached to it, and what it needs and is not allowed."""

    function: str
    statements: Sequence[Mapping[str, Any]]
    attached: Sequence[str] = ()
    denied: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class AlarmFacts:
    """An alarm: whom it tells, and whether it rings."""

    name: str
    is_armed: bool
    topics: Sequence[str]
    is_ringing: bool = False
    told: str = ""


@dataclass(frozen=True, slots=True)
class TopicFacts:
    """A topic that alarms tell: how many subscribers hear of it, and how many have not confirmed yet."""

    called: str
    hearing: int
    pending: int = 0


@dataclass(frozen=True, slots=True)
class ScheduleFacts:
    """A rule that starts a function; `calls` are those that may run at once, None for as many as the account has."""

    function: str
    is_enabled: bool
    calls: int | None = None


@dataclass(frozen=True, slots=True)
class LoadFacts:
    """How much comes in at most, and how much may run at once: requests a second, a burst, seconds a call, calls."""

    rate: float
    burst: int
    call_seconds: float
    reserved: int | None
    account: int


@dataclass(frozen=True, slots=True)
class OriginFacts:
    """The origins that are set, and the leave that a preflight gives each; `foreign` is the one that a stranger gets."""

    allowed: Sequence[str]
    is_live: bool
    leave: Mapping[str, str | None]
    foreign: str | None = None


@dataclass(frozen=True, slots=True)
class ClockFacts:
    """What clocks say at one moment; None for one that tells no time."""

    here: datetime
    aws: datetime | None
    upstream: datetime | None = None


@dataclass(frozen=True, slots=True)
class UpstreamFacts:
    """The upstream, asked without a token: the status of its answer, or why there is none."""

    url: str
    status: int | None
    failure: str | None = None

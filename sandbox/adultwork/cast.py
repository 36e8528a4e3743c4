"""Name the people of the simulation: the accounts behind the tokens and the candidates they may book."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

PHONE_CHAT_SCOPE = "account_phonechat_bookings"
CREDITS_SCOPE = "account_credits_history"

CALLS_CLIENT, CLIENT_CALLS, SKYPE = 1, 2, 3
METHODS = (CALLS_CLIENT, CLIENT_CALLS, SKYPE)


@dataclass(frozen=True)
class Account:
    """Hold one client: who it is, what its token may do, and how many credits it owns."""

    user_id: int
    nickname: str
    scopes: frozenset[str]
    credits: Decimal


@dataclass(frozen=True)
class Ratings:
    """Hold the feedback figures shown with a candidate."""

    positive: int = 0
    neutral: int = 0
    negative: int = 0
    disputes: int = 0

    @property
    def total(self) -> int:
        """Return the net score, as the documented sample suggests: positive less negative."""
        return self.positive - self.negative

    @property
    def count(self) -> int:
        """Return the number of ratings given."""
        return self.positive + self.neutral + self.negative


@dataclass(frozen=True)
class Candidate:
    """Hold one user who can (or cannot) be booked."""

    user_id: int
    nickname: str
    price_per_minute: Decimal | None
    methods: frozenset[int]
    ratings: Ratings
    provides_phone_chat: bool = True
    is_direct_chat_only: bool = False


def _account(user_id: int, nickname: str, *scopes: str, money: str = "300") -> Account:
    return Account(user_id, nickname, frozenset(scopes), Decimal(money))


ACCOUNTS = (
    _account(1001, "Client", PHONE_CHAT_SCOPE, CREDITS_SCOPE),
    _account(1002, "OtherClient", PHONE_CHAT_SCOPE, CREDITS_SCOPE),
    _account(1003, "NoScope", CREDITS_SCOPE),
    _account(1004, "NoBalance", PHONE_CHAT_SCOPE),
    _account(1005, "Poor", PHONE_CHAT_SCOPE, CREDITS_SCOPE, money="1"),
    _account(123456, "BookedUser", PHONE_CHAT_SCOPE, CREDITS_SCOPE),
)

TOKENS: Mapping[str, int] = MappingProxyType(
    {
        "client-token": 1001,
        "refreshed-client-token": 1001,
        "other-client-token": 1002,
        "no-scope-token": 1003,
        "no-balance-token": 1004,
        "poor-token": 1005,
        "performer-token": 123456,
    },
)

PROJECTS: Mapping[str, str] = MappingProxyType({"sandbox-project": "sandbox-secret"})
"""The clients of the Unified Login, each with its secret."""

_ALL = frozenset(METHODS)

CANDIDATES: Mapping[int, Candidate] = MappingProxyType(
    {
        candidate.user_id: candidate
        for candidate in (
            Candidate(123456, "BookedUser", Decimal("1.5"), frozenset({CALLS_CLIENT, SKYPE}), Ratings(7, 0, 1)),
            Candidate(200001, "DirectOnly", Decimal(1), _ALL, Ratings(3), is_direct_chat_only=True),
            Candidate(200002, "SkypeOnly", Decimal(2), frozenset({SKYPE}), Ratings(12, 2, 1, 1)),
            Candidate(200003, "NoPrice", None, _ALL, Ratings()),
            # More bad ratings than good ones: the net score is negative.
            Candidate(200004, "NoPhoneChat", None, frozenset(), Ratings(1, 0, 2), provides_phone_chat=False),
            Candidate(200005, "OddPrice", Decimal("0.3333"), _ALL, Ratings(1, 1, 3)),
        )
    },
)

"""What the console needs beside the desk, in memory."""

import base64
from dataclasses import dataclass, field
from itertools import count

from chalicelib.application.review.ports import CodeQuestion, Granted
from chalicelib.application.review.sign_in import SignIn
from chalicelib.domain.access import AccessToken
from chalicelib.domain.reviewer_errors import IdentityUnavailableError, ReviewerTokenInvalidError
from chalicelib.domain.time_budget import Deadline
from devtools.memory.punctuality import require_deadline
from tests.fakes.clock import FixedClock
from tests.fakes.review_desk import REVIEWER, FakeVerifier

_draws = count()


def draw(length: int) -> bytes:
    """Return bytes that nobody had before."""
    return next(_draws).to_bytes(length)


@dataclass
class FakeFlow:
    """Implements `CodeFlow`: the code is the name of an access token, and good for the verifier that was asked with last."""

    asked: list[CodeQuestion] = field(default_factory=list)
    seconds: int = 900
    subject: str | None = None
    is_failing: bool = False

    def address(self, question: CodeQuestion, deadline: Deadline) -> str:
        """Return an address."""
        require_deadline(deadline)
        if self.is_failing:
            raise IdentityUnavailableError("told to fail")
        self.asked.append(question)
        return f"https://identity.example/authorize?state={question.state}"

    def redeem(self, code: str, question: CodeQuestion, deadline: Deadline) -> Granted:
        """Return the token."""
        require_deadline(deadline)
        if question not in self.asked:
            raise ReviewerTokenInvalidError("another verifier")
        return Granted(AccessToken(code), self.subject or code.removesuffix("-token"), self.seconds)


class FakeBox:
    """Implements `Box`: it hides nothing, and knows what it made."""

    def seal(self, plain: bytes, purpose: str, deadline: Deadline) -> str:
        """Write the purpose in front."""
        require_deadline(deadline)
        return f"{purpose}.{base64.urlsafe_b64encode(plain).rstrip(b'=').decode()}"

    def open(self, sealed: str, purpose: str, deadline: Deadline) -> bytes | None:
        """Read what was written for the purpose."""
        require_deadline(deadline)
        before, _, text = sealed.partition(".")
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)) if before == purpose else None


def sign_in(flow: FakeFlow | None = None, clock: FixedClock | None = None) -> SignIn:
    """Return the use case."""
    return SignIn(flow or FakeFlow(), FakeVerifier(), FakeBox(), clock or FixedClock(), draw)


def session_of(subject: SignIn, deadline: Deadline, token: str = REVIEWER, zone: str = "UTC") -> str:
    """Sign in with a token; return the sealed session."""
    begun = subject.begin("/console", zone, deadline)
    state = begun.address.rpartition("=")[2]
    return subject.end(begun.pending, state, token, deadline).sealed

"""Signatures, beside botocore's own: the same bytes for whatever call is signed."""

import random
import string
from datetime import UTC, datetime

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotocoreCredentials

from chalicelib.adapters.aws.signing import Credentials, signed

REQUESTS = 10_000
SEED = 20260115
PRINTABLE = string.ascii_letters + string.digits + string.punctuation + " "
STAMP = "%Y%m%dT%H%M%SZ"


class Draw:
    """Random parts of calls; the same in every run."""

    def __init__(self) -> None:
        self._random = random.Random(SEED)

    def text(self, letters: str, longest: int, shortest: int = 1) -> str:
        """Return some letters."""
        return "".join(self._random.choices(letters, k=self._random.randint(shortest, longest)))

    def credentials(self) -> Credentials:
        """Return somebody's, temporary or not."""
        token = self.text(PRINTABLE.strip(), 400) if self._random.random() < 0.7 else None
        return Credentials(self.text(string.ascii_uppercase, 20), self.text(PRINTABLE.strip(), 40), token)

    def headers(self) -> dict[str, str]:
        """Return those of a call, and some of other kinds."""
        port = f":{self._random.randint(1, 65535)}" if self._random.random() < 0.3 else ""
        more = {
            f"X-{self.text(string.ascii_letters, 12)}": self.text(PRINTABLE, 60)
            for _ in range(self._random.randint(0, 3))
        }
        named = {name.lower(): name for name in more}  # one of each, however it is spelled
        return {
            "Host": self.text(string.ascii_lowercase + string.digits + "-.", 60) + port,
            "Content-Type": "application/x-amz-json-1.0",
            "X-Amz-Target": f"DynamoDB_20120810.{self.text(string.ascii_letters, 20)}",
            **{name: more[name] for name in named.values()},
        }

    def body(self) -> bytes:
        """Return any bytes."""
        return self._random.randbytes(self._random.randint(0, 600))


def botocores(
    credentials: Credentials, region: str, service: str, headers: dict[str, str], body: bytes
) -> dict[str, str]:
    """Return the headers that botocore would send: it signs at its own moment, which they tell."""
    url = f"https://{headers['Host']}/"
    request = AWSRequest("POST", url, dict(headers), body)
    theirs = BotocoreCredentials(credentials.access_key, credentials.secret_key, credentials.token)
    SigV4Auth(theirs, service, region).add_auth(request)
    return dict(request.headers.items())


def test_ten_thousand_random_calls_are_signed_as_botocore_signs_them() -> None:
    """Header for header: the signature, the time, the token, and what was there before."""
    draw = Draw()
    for _ in range(REQUESTS):
        credentials, headers, body = draw.credentials(), draw.headers(), draw.body()
        region, service = draw.text(string.ascii_lowercase + "-123", 16), draw.text(string.ascii_lowercase, 16)
        expected = botocores(credentials, region, service, headers, body)
        moment = datetime.strptime(expected["X-Amz-Date"], STAMP).replace(tzinfo=UTC)
        assert signed(credentials, region, service, moment, headers, body) == expected


def test_credentials_show_nothing_but_their_public_id() -> None:
    """Print them."""
    shown = f"{Credentials('AKIAPUBLIC', 'canary-secret', 'canary-token')!r}"
    assert "AKIAPUBLIC" in shown
    assert "canary" not in shown

"""AWS Signature Version 4 of a call: a POST to the root of a service, with all of its headers and its body.

Source: AWS General Reference, "Create a signed AWS API request". A test compares it with botocore's.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import field
from datetime import UTC, datetime
from functools import lru_cache

from chalicelib.values import dataclass

ALGORITHM = "AWS4-HMAC-SHA256"
TERMINATOR = "aws4_request"


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who signs; `token` is there where they are temporary. Nothing of them shows but the public id."""

    access_key: str
    secret_key: str = field(repr=False)
    token: str | None = field(default=None, repr=False)


def signed(  # noqa: PLR0913, PLR0917 (what a signature is made of)
    credentials: Credentials, region: str, service: str, moment: datetime, headers: Mapping[str, str], body: bytes
) -> dict[str, str]:
    """Return the headers of a call, `Host` among them, with its time, the token and the signature added."""
    stamp = moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    scope = f"{stamp[:8]}/{region}/{service}/{TERMINATOR}"
    complete = {**headers, "X-Amz-Date": stamp}
    if credentials.token is not None:
        complete["X-Amz-Security-Token"] = credentials.token
    lines = sorted((name.lower(), " ".join(value.split())) for name, value in complete.items())
    names = ";".join(name for name, _ in lines)
    listed = "".join(f"{name}:{value}\n" for name, value in lines)
    request = f"POST\n/\n\n{listed}\n{names}\n{hashlib.sha256(body).hexdigest()}"
    text = f"{ALGORITHM}\n{stamp}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    signature = hmac.digest(_signing_key(credentials.secret_key, scope), text.encode(), "sha256").hex()
    complete["Authorization"] = (
        f"{ALGORITHM} Credential={credentials.access_key}/{scope}, SignedHeaders={names}, Signature={signature}"
    )
    return complete


@lru_cache(maxsize=4)  # it is the same all day for each of the few services
def _signing_key(secret_key: str, scope: str) -> bytes:
    key = f"AWS4{secret_key}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key

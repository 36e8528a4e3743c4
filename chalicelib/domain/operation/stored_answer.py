"""An answer as it was given: status, headers and exact bytes, so that a repeat gets the same."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import field

from chalicelib.domain.canonical import canonical_bytes
from chalicelib.values import dataclass


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """`body` is text that was serialised once; it holds personal data, so it is stored sealed and not shown in `repr`."""

    status: int
    headers: Mapping[str, str]
    body: str = field(repr=False)

    def to_bytes(self) -> bytes:
        """Return what is sealed: compressed, because sealed bytes cannot be."""
        document = canonical_bytes({"status": self.status, "headers": dict(self.headers), "body": self.body})
        return zlib.compress(document, zlib.Z_BEST_COMPRESSION)

    @classmethod
    def from_bytes(cls, stored: bytes) -> "StoredAnswer":
        """Return the answer of `to_bytes`."""
        return cls(**json.loads(zlib.decompress(stored)))

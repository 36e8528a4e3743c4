"""The manifest of an export: what is in each file, so that a lost, shortened or changed one is noticed."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from chalicelib.domain.canonical import Canonical, canonical_bytes
from chalicelib.domain.review.desk.chain import Chain

NAME = "manifest.json"
VERSION = 1


class UnreadableManifestError(ValueError):
    """Bytes are no manifest as we write them."""


@dataclass(slots=True)
class FileSum:
    """The sum of one file, taken while it is written or read: bytes, lines and SHA-256."""

    name: str
    size: int = 0
    lines: int = 0
    _hash: "hashlib._Hash" = field(default_factory=hashlib.sha256, repr=False)

    def take(self, piece: bytes) -> bytes:
        """Take in the next piece, and return it."""
        self.size += len(piece)
        self.lines += piece.count(b"\n")
        self._hash.update(piece)
        return piece

    def document(self) -> dict[str, Canonical]:
        """Return what a manifest says of the file."""
        return {"name": self.name, "bytes": self.size, "lines": self.lines, "sha256": self._hash.hexdigest()}


@dataclass(slots=True)
class Tally:
    """What is counted while operations go by: how many, their events, and the span of their times as events tell them."""

    operations: int = 0
    events: int = 0
    first: datetime | None = None
    last: datetime | None = None

    def take(self, chain: Chain) -> None:
        """Count an operation."""
        self.operations += 1
        self.events += len(chain.events)
        for at in (chain.begun_at, chain.last_at):
            if at is not None:
                self.first = at if self.first is None else min(self.first, at)
                self.last = at if self.last is None else max(self.last, at)


def manifest(
    made_at: datetime, files: Sequence[FileSum], tally: Tally, asked: Mapping[str, Canonical], **more: Canonical
) -> bytes:
    """Return the manifest of files; `asked` are the filters by name, `more` is what a kind of export adds."""
    return canonical_bytes(
        {
            "version": VERSION,
            "made_at": _told(made_at),
            "asked": dict(asked),
            "operations": tally.operations,
            "events": tally.events,
            "first": None if tally.first is None else _told(tally.first),
            "last": None if tally.last is None else _told(tally.last),
            "files": [each.document() for each in files],
            **more,
        }
    )


def differing(stored: bytes, sum_of: Callable[[str], FileSum | None]) -> list[str]:
    """Return what is wrong with the files of a manifest, a sentence each; `sum_of` gives None for a file that is not there.

    Raises:
        UnreadableManifestError: it is none.
    """
    return [wrong for told in _files(stored) if (wrong := _wrong(told, sum_of(str(told["name"]))))]


def _files(stored: bytes) -> list[dict[str, Canonical]]:
    try:
        document = json.loads(stored)
        files = [{name: each[name] for name in ("name", "bytes", "lines", "sha256")} for each in document["files"]]
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        raise UnreadableManifestError("this is no manifest of an export") from error
    return files


def _wrong(told: Mapping[str, Canonical], found: FileSum | None) -> str | None:
    if found is None:
        return f"{told['name']} is not there"
    if found.document() != told:
        return f"{told['name']} is not the file that the manifest was made with"
    return None


def _told(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")

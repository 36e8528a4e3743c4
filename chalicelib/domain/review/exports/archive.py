"""Files in memory, with their sums, as one archive: a tar, because it holds texts as they are and so is text itself.

The reviewers' API answers in texts: bytes would need a gateway that is told of them, and an `Accept` that browsers do not send.
"""

import io
import tarfile
from dataclasses import dataclass, field
from datetime import datetime

from chalicelib.domain.review.exports.manifest import FileSum

OWNER_ONLY = 0o600


@dataclass(slots=True)
class Archive:
    """Files below one folder; `made_at` is the time of each of them."""

    folder: str
    made_at: datetime
    _files: dict[str, tuple[bytearray, FileSum]] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Return how many bytes the files have."""
        return sum(sum_.size for _, sum_ in self._files.values())

    @property
    def sums(self) -> list[FileSum]:
        """Return the sums of what was written so far."""
        return [sum_ for _, sum_ in self._files.values()]

    def write(self, name: str, *pieces: bytes) -> None:
        """Write pieces behind what a file has; without any, the file is there, and empty."""
        content, sum_ = self._files.setdefault(name, (bytearray(), FileSum(name)))
        for piece in pieces:
            content += sum_.take(piece)

    def packed(self) -> bytes:
        """Return the archive."""
        whole = io.BytesIO()
        with tarfile.open(fileobj=whole, mode="w", format=tarfile.USTAR_FORMAT) as tar:
            for name, (content, _) in self._files.items():
                member = tarfile.TarInfo(f"{self.folder}/{name}")
                member.size, member.mtime, member.mode = len(content), int(self.made_at.timestamp()), OWNER_ONLY
                tar.addfile(member, io.BytesIO(content))
        return whole.getvalue()

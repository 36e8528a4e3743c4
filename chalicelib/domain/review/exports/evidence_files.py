"""The files of an evidence bundle, wherever they are written: into a folder, or into an archive in memory."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from chalicelib.domain.review.desk.chain import Chain
from chalicelib.domain.review.exports import bundle, lines, manifest
from chalicelib.domain.review.exports.page import page


class Files(Protocol):
    """Files that are being written."""

    @property
    def sums(self) -> list[manifest.FileSum]:
        """Return the sums of what was written so far."""
        ...

    def write(self, name: str, *pieces: bytes) -> None:
        """Write pieces behind what a file has; without any, the file is there, and empty."""
        ...


def write(files: Files, chain: Chain, gathered: bundle.Evidence, keys: Sequence[bytes], made_at: datetime) -> None:
    """Write the evidence of an operation: events, digests, proofs, the public keys (PEM), a page, and the manifest of all."""
    tally = manifest.Tally()
    tally.take(chain)
    for number, key in enumerate(keys, start=1):
        files.write(bundle.key_name(number), key)
    files.write(bundle.EVENTS, *lines.written(gathered.events))
    files.write(bundle.DIGESTS, *(bundle.signed_line(one) + b"\n" for one in gathered.digests))
    files.write(bundle.PROOFS, *(one.line() + b"\n" for one in gathered.proofs))
    files.write(bundle.PAGE, page(gathered, made_at))
    operation = gathered.operation_id
    made = manifest.manifest(made_at, files.sums, tally, {"operation": operation}, kind="evidence", operation=operation)
    files.write(manifest.NAME, made)

"""The files of an export, by the name of their format, and what each holds of an operation."""

from collections.abc import Iterator

from chalicelib.domain.review.desk.chain import Chain
from chalicelib.domain.review.exports import lines, ocsf, table

FILES = {"jsonl": "events.jsonl", "csv": "events.csv", "ocsf": "events.ocsf.jsonl"}
LOOKS = "looks.jsonl"  # beside them, where it is asked for: lines of what reviewers and custodians did
USUAL = ("jsonl", "csv")


def heading(name: str) -> bytes:
    """Return what a file of a format begins with."""
    return table.line(table.COLUMNS) if name == "csv" else b""


def written(name: str, chain: Chain) -> Iterator[bytes]:
    """Yield the lines that a format has for an operation, one for each event."""
    if name == "csv":
        return table.lines(chain)
    if name == "ocsf":
        return ocsf.lines(chain)
    return lines.written(event.canonical for event in chain.events)

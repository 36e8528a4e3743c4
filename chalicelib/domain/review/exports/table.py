"""Events as a table for spreadsheets (RFC 4180), in which no cell is ever run as a formula."""

import csv
import io
from collections.abc import Iterator

from chalicelib.domain.review.desk.chain import Chain

COLUMNS = (
    *("operation_id", "number", "at", "kind", "client", "candidate", "booking_id", "request_id"),
    *("reason", "upstream_status", "change", "hash"),
)
# What spreadsheets take for the beginning of a formula, or strip before they look for one (OWASP, "CSV Injection").
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def inert(text: str) -> str:
    """Return the text of a cell; one that a spreadsheet might run begins with an apostrophe, which makes it plain text."""
    return f"'{text}" if text.lstrip(" \N{NO-BREAK SPACE}\N{ZERO WIDTH NO-BREAK SPACE}").startswith(FORMULA) else text


def line(cells: Iterator[str] | tuple[str, ...]) -> bytes:
    """Return a line of the table in UTF-8, every cell quoted and inert."""
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL).writerow(inert(cell) for cell in cells)
    return written.getvalue().encode("utf-8", "backslashreplace")


def lines(chain: Chain) -> Iterator[bytes]:
    """Yield a line for each event of an operation, in order. Contact fields are in none, masked or not."""
    for number, event in enumerate(chain.events, start=1):
        told = {"operation_id": chain.operation_id, "number": number, "hash": event.hash}
        values = (told.get(name, event.members.get(name)) for name in COLUMNS)
        yield line(tuple("" if value is None else str(value) for value in values))

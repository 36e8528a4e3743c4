"""Put the last run of a benchmark into `docs/performance.md`, between the two marks of its kind: `make bench RECORD=1`."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from devtools.bench.figures import Figure
from devtools.bench.report import markdown
from devtools.places import ROOT

PAGE = ROOT / "docs" / "performance.md"
FIGURES = "figures"


def begin(mark: str) -> str:
    """Return the line above what a kind of run puts into the page."""
    return f"<!-- {mark} -->\n"


def end(mark: str) -> str:
    """Return the line below it."""
    return f"<!-- end of the {mark} -->\n"


BEGIN, END = begin(FIGURES), end(FIGURES)


def surroundings_line(told: Mapping[str, object]) -> str:
    """Return what the figures depend on as a sentence."""
    return f"Python {told['python']}, {told['machine']}, load {told['load']} before the start, {told['at']}."


def record(figures: Sequence[Figure], told: Mapping[str, object], page: Path = PAGE) -> None:
    """Replace what is between the marks of the benchmark of bookings."""
    put(FIGURES, [surroundings_line(told), markdown(figures)], page)


def put(mark: str, parts: Sequence[str], page: Path = PAGE) -> None:
    """Replace what is between two marks by some paragraphs and tables."""
    before, _, rest = page.read_text().partition(begin(mark))
    after = rest.partition(end(mark))[2]
    inside = "\n\n".join(parts)
    page.write_text(f"{before}{begin(mark)}\n{inside}\n\n{end(mark)}{after}")

"""Put the last run into `docs/performance.md`, between its two marks: `make bench RECORD=1`."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from devtools.bench.figures import Figure
from devtools.bench.report import markdown
from devtools.places import ROOT

PAGE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- figures -->\n", "<!-- end of the figures -->\n"


def surroundings_line(told: Mapping[str, object]) -> str:
    """Return what the figures depend on as a sentence."""
    return f"Python {told['python']}, {told['machine']}, load {told['load']} before the start, {told['at']}."


def record(figures: Sequence[Figure], told: Mapping[str, object], page: Path = PAGE) -> None:
    """Replace what is between the marks."""
    before, _, rest = page.read_text().partition(BEGIN)
    after = rest.partition(END)[2]
    page.write_text(f"{before}{BEGIN}\n{surroundings_line(told)}\n\n{markdown(figures)}\n\n{END}{after}")

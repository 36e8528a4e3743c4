"""The page on mutation testing shows the list that `make mutate` goes by."""

from devtools.places import ROOT
from devtools.proof.mutation.survivors import read_survivors, survivors_table

PAGE = ROOT / "docs" / "mutation.md"


def test_the_page_shows_the_list_of_survivors() -> None:
    """Print the table anew with `python -m devtools.proof.mutation table`."""
    shown = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith(("| `", "| function"))]
    assert shown == [row for row in survivors_table(read_survivors()) if not row.startswith("|--")]

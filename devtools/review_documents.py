"""The table of `docs/reviewers.md` that follows from the code: `python -m devtools.review_documents` prints it."""

from collections.abc import Iterator
from dataclasses import MISSING, fields

from chalicelib.review_settings import ReviewSettings


def review_settings_table() -> Iterator[str]:
    """Yield the rows of the table: name, default, what it is."""
    yield "| variable | default | what it is |"
    yield "|---|---|---|"
    for one in fields(ReviewSettings):
        yield f"| `{one.name.upper()}` | {_default(one.default)} | {one.metadata['description']} |"


def _default(default: object) -> str:
    """Return a default as it is written in an environment."""
    if default is MISSING:
        return "has to be set"
    if isinstance(default, tuple):
        default = ",".join(default)
    return f"`{default}`" if default else "none"


if __name__ == "__main__":
    print("\n".join(review_settings_table()))

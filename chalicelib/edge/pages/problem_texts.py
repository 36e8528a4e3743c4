"""What the page of a kind of problem tells, in the words of the table; as JSON and as plain text."""

from collections.abc import Mapping

from chalicelib.edge.problems.kinds import ProblemType, SameKey, Waits
from chalicelib.edge.representation import Document

SAME_KEY: Mapping[SameKey, str] = {
    SameKey.REPEAT: "May be sent again as it is.",
    SameKey.MENDED: "May be sent again once it is mended.",
    SameKey.FINAL: "Gets the same answer again.",
}
RETRY_AFTER: Mapping[Waits, str] = {
    Waits.ALWAYS: "Always told.",
    Waits.SOMETIMES: "Told where waiting may help.",
    Waits.NEVER: "Never told.",
}
_NEW_KEY = {
    None: "No booking is concerned.",
    False: "Not safe: it could make a second booking.",
    True: "Safe where safe_to_retry_with_new_key is true.",
}


def statuses(row: ProblemType) -> list[int]:
    """Return every status of a kind of problem."""
    return sorted({int(row.status), *row.other_statuses})


def new_key_text(row: ProblemType) -> str:
    """Return what is said of a new key."""
    return _NEW_KEY[row.safe_to_retry_with_new_key]


def page_document(row: ProblemType) -> dict[str, Document]:
    """Return what a program reads."""
    return {
        "problem": row.slug,
        "title": row.title,
        "statuses": [*statuses(row)],
        "advice": row.advice,
        "same_key": row.same_key.value,
        "retry_after": row.waits.value,
    }


def page_text(row: ProblemType) -> str:
    """Return what a person reads in a terminal."""
    return f"{row.title}\n\nProblem type: {row.slug}\nUsual status: {row.status:d}\n\n{row.advice}\n"

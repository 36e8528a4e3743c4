"""Nothing may be waited for without an end: what everything in memory asks of every call."""

from chalicelib.domain.time_budget import Deadline


def require_deadline(deadline: Deadline) -> None:
    """Check that a call has a deadline; whether it would be kept is for the tests of the budget.

    Raises:
        AssertionError: it has none.
    """
    if not isinstance(deadline, Deadline):
        raise AssertionError("this call could last for ever")  # noqa: TRY004 (a fault of the product, which nothing catches)

"""Nothing may be waited for without an end: what the fakes ask of every call."""

from chalicelib.domain.time_budget import Deadline


def require_deadline(deadline: Deadline) -> None:
    """Fail the test when a call goes out without a deadline; whether it would be kept is for the tests of the budget."""
    assert isinstance(deadline, Deadline), "this call could last for ever"

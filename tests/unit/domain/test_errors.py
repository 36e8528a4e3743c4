"""The error tree: what each leaf carries, and its picture in the docstring."""

import inspect
import re
from collections.abc import Callable

import pytest

from chalicelib.domain import errors
from chalicelib.domain.errors import SwitchboardError, Trouble
from chalicelib.domain.sign_in_errors import SignInUnavailableError
from chalicelib.domain.violation import Violation
from tests.sentences import require_sentences

VIOLATION = Violation("/Duration", "duration-minimum", "Book at least 5 minutes.")


def subclasses(error: type[SwitchboardError]) -> list[type[SwitchboardError]]:
    """Return every class below one, depth first, as the picture lists them."""
    below = [each for each in error.__subclasses__() if each.__module__ == errors.__name__]
    return [found for each in below for found in (each, *subclasses(each))]


def test_the_picture_of_the_tree_shows_the_tree() -> None:
    """Compare the module's docstring with its classes, order and depth included."""
    picture = re.findall(r"^([│├└─ ]*)(\w+Error)(?=  |$)", inspect.getdoc(errors) or "", re.MULTILINE)
    drawn = [(len(branch) // 4, name) for branch, name in picture]
    tree: list[type[SwitchboardError]] = [SwitchboardError, *subclasses(SwitchboardError)]
    built = [(len(error.__mro__) - 4, error.__name__) for error in tree]
    assert drawn == built


ERRORS: list[Callable[[], SwitchboardError]] = [
    lambda: errors.MalformedRequestError("why", violations=[VIOLATION]),
    lambda: errors.BodyTooLargeError("why"),
    lambda: errors.MethodNotAllowedError("why", allowed=["GET"]),
    lambda: errors.InsufficientScopeError("why", scope="s", operation_id="op_1"),
    lambda: errors.DuplicateBookingError("why", operation_id="op_1", retry_after_seconds=3),
    lambda: errors.UpstreamRefusedError("why", upstream_status=402, operation_id="op_1", retry_after_seconds=3),
    lambda: errors.UpstreamUnavailableError("why", trouble=Trouble.LATE, upstream_status=500, retry_after_seconds=3),
    lambda: errors.OutcomeUnknownError("why", trouble=Trouble.UNREADABLE, operation_id="op_1"),
    lambda: errors.StoreUnavailableError("why", retry_after_seconds=3),
    lambda: errors.SendingPausedError("why", retry_after_seconds=3),
    lambda: errors.TooManyBookingsError("why", limit=5, window_seconds=60, retry_after_seconds=3),
    lambda: errors.BookingNotCreatedError("why", operation_id="op_1"),
]


@pytest.mark.parametrize("make", ERRORS)
def test_an_error_says_why_and_begins_with_its_audit_done(make: Callable[[], SwitchboardError]) -> None:
    """Look at what every error has."""
    error = make()
    assert (error.message, str(error), error.audit_pending) == ("why", "why", False)
    assert error.is_repeat is False
    assert error.operation_id in {None, "op_1"}
    assert error.retry_after_seconds in {None, 3}


def test_errors_carry_what_their_answer_needs() -> None:
    """Look at what some errors have besides."""
    assert errors.MalformedRequestError("why", violations=[VIOLATION]).violations == (VIOLATION,)
    assert errors.MalformedRequestError("why").violations == ()
    assert errors.MethodNotAllowedError("why", allowed=["GET", "POST"]).allowed == ("GET", "POST")
    lacking = errors.InsufficientScopeError("why", scope="s", operation_id="op_1")
    assert (lacking.scope, lacking.operation_id) == ("s", "op_1")
    assert errors.UpstreamRefusedError("why", upstream_status=402).upstream_status == 402
    unavailable = errors.UpstreamUnavailableError("why", trouble=Trouble.LATE, upstream_status=500)
    assert (unavailable.trouble, unavailable.upstream_status) == (Trouble.LATE, 500)
    unknown = errors.OutcomeUnknownError("why", trouble=Trouble.LATE, operation_id="op_1")
    assert (unknown.trouble, unknown.state) == (Trouble.LATE, "UNKNOWN")
    too_many = errors.TooManyBookingsError("why", limit=5, window_seconds=60, retry_after_seconds=3)
    assert (too_many.limit, too_many.window_seconds) == (5, 60)


@pytest.mark.parametrize("signal", [errors.BookingTakenError, errors.SealBrokenError])
def test_a_signal_between_adapters_and_use_cases_is_no_answer(signal: type[Exception]) -> None:
    """Look where they stand: nothing that makes problems of errors can take one for an answer."""
    assert not issubclass(signal, SwitchboardError)


def test_a_login_that_cannot_be_reached_says_whether_it_was_asked() -> None:
    """And when to ask again."""
    error = SignInUnavailableError("why", is_sent=True, retry_after_seconds=3)
    assert (error.message, error.is_sent, error.retry_after_seconds) == ("why", True, 3)


def test_rejected_parameters_are_told_in_sentences() -> None:
    """With every violation."""
    error = errors.ParametersRejectedError([VIOLATION])
    require_sentences(error.message)
    assert error.violations == (VIOLATION,)


@pytest.mark.parametrize(("count", "words"), [(1, "breaks 1 rule;"), (2, "breaks 2 rules;")])
def test_a_rejected_booking_counts_its_violations(count: int, words: str) -> None:
    """Reject for one and for two."""
    error = errors.BookingRejectedError([VIOLATION] * count, operation_id="op_1")
    assert words in error.message
    assert "this request sent nothing" in error.message
    assert str(error) == error.message
    require_sentences(error.message)
    assert (error.violations, error.operation_id) == ((VIOLATION,) * count, "op_1")

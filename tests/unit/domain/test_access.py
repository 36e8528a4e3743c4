"""Access tokens, scopes and principals."""

import copy
import logging
import pickle
import traceback
from collections.abc import Callable

import pytest

from chalicelib.domain.access import AccessToken, Principal, Scope

SECRET = "canary-token-73519"


def test_a_token_reveals_itself_only_when_it_is_asked_to() -> None:
    """Show it in every way that text is made from a value."""
    token = AccessToken(SECRET)
    shown = [
        repr(token),
        str(token),
        f"{token}",
        f"{token!s:>80}",
        repr([token]),
        ascii(token),
    ]
    assert not any(SECRET in text for text in shown)
    assert not hasattr(token, "__dict__")
    assert repr(token) == "AccessToken(…)"
    assert token.reveal() == SECRET


def test_a_token_does_not_show_in_a_log_line(caplog: pytest.LogCaptureFixture) -> None:
    """Log it as an argument."""
    logging.getLogger("test").warning("token %s %r", AccessToken(SECRET), {"token": AccessToken(SECRET)})
    assert caplog.messages
    assert SECRET not in caplog.text


def test_a_token_does_not_show_in_a_traceback() -> None:
    """Fail with it as a local variable and as the error's argument, and print the locals too."""
    token = AccessToken(SECRET)
    try:
        raise ValueError(token)  # noqa: TRY301 (the traceback is what is looked at)
    except ValueError as error:
        shown = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    assert "AccessToken(…)" in shown
    assert SECRET not in shown


@pytest.mark.parametrize("written", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_token_is_not_written_anywhere(written: Callable[[AccessToken], object]) -> None:
    """Pickle it, and copy it by the same protocol; the refusal does not show it."""
    with pytest.raises(TypeError, match=r"^an access token is not written anywhere$") as caught:
        written(AccessToken(SECRET))
    assert SECRET not in str(caught.value)


def test_equal_tokens_are_equal_and_serve_as_keys() -> None:
    """Compare with an equal, another and a foreign value."""
    assert {AccessToken("a"): 1}[AccessToken("a")] == 1
    assert AccessToken("a") != AccessToken("b")
    assert hash(AccessToken("a")) != hash(AccessToken("b"))
    assert AccessToken("a") != "a"


@pytest.mark.parametrize(
    ("scopes", "has"),
    [
        ({"account_phonechat_bookings"}, True),
        ({"account_phonechat_bookings", "nickname"}, True),
        (set(), False),
        ({"Account_PhoneChat_Bookings"}, False),
        ({"account_phonechat_bookings "}, False),
        ({"account_credits_history"}, False),
    ],
)
def test_a_scope_is_granted_by_its_exact_name(scopes: set[str], has: bool) -> None:  # noqa: FBT001 (a row)
    """Look for the scope of bookings."""
    assert Principal(1001, frozenset(scopes)).has_scope(Scope.PHONECHAT_BOOKINGS) is has

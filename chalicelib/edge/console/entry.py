"""Signing in and out; and the reviewer's zone and reason, which the session keeps."""

import re
from urllib.parse import urlencode

from chalicelib.application.review.sign_in import PENDING_SECONDS, Session
from chalicelib.domain.errors import MalformedRequestError
from chalicelib.domain.reviewer_errors import ReviewerTokenInvalidError
from chalicelib.edge.answer import Answer
from chalicelib.edge.console import cookies
from chalicelib.edge.console.desk import CONSOLE, LONGEST_PLACE, SIGN_IN, Desk
from chalicelib.edge.console.forms import read_form
from chalicelib.edge.console.rendering import page, redirect
from chalicelib.edge.console.times import zone_named
from chalicelib.edge.review.query import REASON_MESSAGE, is_sound_reason

START, CALLBACK = f"{SIGN_IN}/start", f"{CONSOLE}/callback"
SIGN_OUT, SIGNED_OUT, SESSION = f"{CONSOLE}/sign-out", f"{CONSOLE}/signed-out", f"{CONSOLE}/session"
DEFAULT_ZONE = "UTC"
LONGEST_STATE = 200

_PLACE = re.compile(r"/console(/[A-Za-z0-9_-]+)*(\?[A-Za-z0-9_.~%+&=:*-]*)?")


def show_sign_in(desk: Desk) -> Answer:
    """Show the page that leads to the identity provider."""
    place = sound_place(desk.parameters().get("next", ""))
    start = f"{desk.path(START)}?{urlencode({'next': place})}"
    return page(desk, "sign_in.html", start=start)


def start_sign_in(desk: Desk) -> Answer:
    """Begin, and lead to the identity provider."""
    given = desk.parameters()
    zone = zone_named(given.get("zone", "")) or DEFAULT_ZONE
    begun = desk.console.sign_in.begin(sound_place(given.get("next", "")), zone, desk.deadline)
    answer = redirect(begun.address)
    _set(answer, cookies.keep(cookies.PENDING, begun.pending, PENDING_SECONDS, desk.console.url))
    return answer


def end_sign_in(desk: Desk) -> Answer:
    """Redeem what the provider sent the browser back with; lead to where the reviewer wanted to go."""
    given, pending = desk.parameters(), desk.cookie(cookies.PENDING)
    state, code = given.get("state", ""), given.get("code", "")
    if pending is None or not 0 < len(state) <= LONGEST_STATE or not code:
        raise ReviewerTokenInvalidError(
            "The identity provider did not let you in, or this sign-in was not begun in this browser. Sign in again."
        )
    opened = desk.console.sign_in.end(pending, state, code, desk.deadline)
    answer = redirect(desk.path(opened.place))
    url = desk.console.url
    _set(
        answer,
        cookies.keep(cookies.SESSION, opened.sealed, opened.seconds, url),
        cookies.forget(cookies.PENDING, url),
    )
    return answer


def sign_out(desk: Desk, session: Session) -> Answer:
    """End the session in this browser."""
    read_form(desk, session)
    answer = redirect(desk.path(SIGNED_OUT))
    _set(answer, cookies.forget(cookies.SESSION, desk.console.url))
    return answer


def show_signed_out(desk: Desk) -> Answer:
    """Tell that the session is over."""
    return page(desk, "signed_out.html")


def change_session(desk: Desk, session: Session) -> Answer:
    """Show times in another zone from now on, and tell another reason with each look."""
    form = read_form(desk, session)
    zone = zone_named(form.get("zone", "").strip())
    if zone is None:
        raise MalformedRequestError("There is no zone of this name. Write one such as Europe/London, or UTC.")
    reason = form.get("reason", "").strip() or None
    if reason is not None and not is_sound_reason(reason):
        raise MalformedRequestError(REASON_MESSAGE)
    changed = desk.console.sign_in.changed(session, zone, reason, desk.deadline)
    answer = redirect(desk.path(sound_place(form.get("next", ""))))
    _set(answer, cookies.keep(cookies.SESSION, changed.sealed, changed.seconds, desk.console.url))
    return answer


def sound_place(place: str) -> str:
    """Return a page of the console that somebody wants to go to; anything else would lead elsewhere, so it is the first one."""
    return place if len(place) <= LONGEST_PLACE and _PLACE.fullmatch(place) else CONSOLE


def _set(answer: Answer, *lines: str) -> None:
    """Set cookies; each has a header of its own."""
    answer.headers["Set-Cookie"] = list(lines)

"""The way to every page: who is signed in, and pages for whatever goes wrong."""

from collections.abc import Callable
from urllib.parse import urlencode

from chalicelib.application.review.door import LONGEST_SECONDS, Visit
from chalicelib.application.review.sign_in import Session
from chalicelib.domain.errors import NotFoundError, SwitchboardError
from chalicelib.domain.reviewer_errors import ReviewerTokenInvalidError
from chalicelib.domain.time_budget import Deadline
from chalicelib.edge.answer import Answer
from chalicelib.edge.console import cookies
from chalicelib.edge.console.rendering import page, redirect
from chalicelib.edge.exchange import Exchange
from chalicelib.edge.problems.facts import problem_headers
from chalicelib.edge.problems.table import problem_type, status_of
from chalicelib.edge.request import seconds_left
from chalicelib.edge.review.container import Console, ReviewContainer
from chalicelib.edge.routes.resource import View
from chalicelib.values import dataclass

CONSOLE = "/console"
SIGN_IN, EXPORT = f"{CONSOLE}/sign-in", f"{CONSOLE}/export"
LONGEST_PLACE = 1500  # characters of an address that a sign-in leads back to


@dataclass(frozen=True, slots=True)
class Desk:
    """One request to the console, and all that it is answered with."""

    exchange: Exchange
    serving: ReviewContainer
    console: Console

    @property
    def deadline(self) -> Deadline:
        """Return when the answer is due."""
        return Deadline.after(self.console.clock.monotonic, min(LONGEST_SECONDS, seconds_left(self.exchange.request)))

    def cookie(self, name: str) -> str | None:
        """Return a cookie of ours."""
        return cookies.told(self.exchange.request, name, self.console.url)

    def session(self) -> Session | None:
        """Return who is signed in."""
        sealed = self.cookie(cookies.SESSION)
        return None if sealed is None else self.console.sign_in.session(sealed, self.deadline)

    def visit(self, session: Session, reason: str | None = None) -> Visit:
        """Return what every question has; without a reason of its own, that of the session."""
        left = seconds_left(self.exchange.request)
        return Visit(session.token, self.exchange.request_id, left, reason or session.reason)

    def parameters(self) -> dict[str, str]:
        """Return the parameters of the address, of one that is there twice the last."""
        told = self.exchange.request.to_original_event().get("multiValueQueryStringParameters") or {}
        return {name: values[-1] for name, values in told.items()}

    def path(self, path: str) -> str:
        """Return a path of the service as browsers see it."""
        return self.exchange.links.path(path)


Plain = Callable[[Desk], Answer]
Guarded = Callable[[Desk, Session], Answer]


def public(container: Callable[[], ReviewContainer], plain: Plain) -> View:
    """Return the view of a page that anybody may see."""

    def view(exchange: Exchange) -> Answer:
        serving = container()
        if serving.console is None:
            raise NotFoundError("There is no console here.")
        desk = Desk(exchange, serving, serving.console)
        try:
            return plain(desk)
        except SwitchboardError as error:
            return error_page(desk, error, None)

    view.__name__ = plain.__name__
    return view


def guarded(container: Callable[[], ReviewContainer], inner: Guarded) -> View:
    """Return the view of a page for who is signed in; others sign in first, and are led back."""

    def plain(desk: Desk) -> Answer:
        session = desk.session()
        if session is None:
            return _to_sign_in(desk)
        try:
            return inner(desk, session)
        except ReviewerTokenInvalidError:  # it was good when the session began
            return _to_sign_in(desk)
        except SwitchboardError as error:
            return error_page(desk, error, session)

    plain.__name__ = inner.__name__
    return public(container, plain)


def error_page(desk: Desk, error: SwitchboardError, session: Session | None) -> Answer:
    """Return the page that tells what went wrong, and what to do."""
    row = problem_type(error)
    answer = page(
        desk,
        "message.html",
        session,
        status=int(status_of(error)),
        title=row.title,
        detail=str(error),
        advice=row.advice,
    )
    answer.problem = row.slug
    answer.add_headers({name: value for name, value in problem_headers(error).items() if name == "Retry-After"})
    return answer


def _to_sign_in(desk: Desk) -> Answer:
    """Lead to the page that signs in, and from there back to what was asked for."""
    request = desk.exchange.request
    place = _place(desk) if request.method == "GET" else CONSOLE
    return redirect(f"{desk.path(SIGN_IN)}?{urlencode({'next': place})}")


def _place(desk: Desk) -> str:
    """Return the address that was asked for, as the service has it; that of the console when it is very long."""
    event = desk.exchange.request.to_original_event()
    given = event.get("multiValueQueryStringParameters") or {}
    query = urlencode([(name, value) for name, values in given.items() for value in values], errors="replace")
    place = f"{event['path']}?{query}" if query else str(event["path"])
    return place if len(place) <= LONGEST_PLACE else CONSOLE

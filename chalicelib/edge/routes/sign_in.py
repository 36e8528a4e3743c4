"""Sign-in, where it is on: three paths that a page calls with its cookies. What serves them is loaded at the first call."""

from collections.abc import Callable

from chalicelib.edge.answer import Answer
from chalicelib.edge.container import Container
from chalicelib.edge.exchange import Exchange
from chalicelib.edge.routes.resource import Resource

BEGIN, TOKEN, LOGOUT = "/v1/oauth/begin", "/v1/oauth/token", "/v1/oauth/logout"


def resources(container: Callable[[], Container]) -> tuple[Resource, ...]:
    """Return the resources of sign-in."""

    def begin_sign_in(exchange: Exchange) -> Answer:
        """Begin a sign-in."""
        from chalicelib.edge.sign_in.views import begin  # noqa: PLC0415 (no booking waits for it)

        return begin(exchange, container().sign_in())

    def exchange_token(exchange: Exchange) -> Answer:
        """Exchange a code or a session for an access token."""
        from chalicelib.edge.sign_in import views  # noqa: PLC0415 (the same)

        return views.exchange_token(exchange, container().sign_in())

    def log_out(exchange: Exchange) -> Answer:
        """End the session in this browser."""
        from chalicelib.edge.sign_in import views  # noqa: PLC0415 (the same)

        return views.log_out(exchange)

    views = {BEGIN: begin_sign_in, TOKEN: exchange_token, LOGOUT: log_out}
    return tuple(Resource(path, {"POST": view}, is_of_sign_in=True) for path, view in views.items())

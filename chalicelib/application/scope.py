"""Who may book, and ask for what became of it."""

from chalicelib.application.ports import TokenIntrospector
from chalicelib.domain.access import AccessToken, Principal, Scope
from chalicelib.domain.errors import InsufficientScopeError


def require_scope(introspector: TokenIntrospector, principal: Principal, token: AccessToken) -> None:
    """Refuse who may not book.

    Raises:
        InsufficientScopeError: the scope is missing.
    """
    if principal.has_scope(Scope.PHONECHAT_BOOKINGS):
        return
    introspector.forget(token)  # who grants it now need not wait for the cache
    scope = Scope.PHONECHAT_BOOKINGS.value
    raise InsufficientScopeError(
        f"The user has not granted this access token the scope {scope}. Ask for it and sign in again.", scope=scope
    )

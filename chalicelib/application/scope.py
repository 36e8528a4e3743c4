"""Who may book, ask for what became of it, and read."""

from chalicelib.application.ports import TokenIntrospector
from chalicelib.domain.access import AccessToken, Principal, Scope
from chalicelib.domain.errors import InsufficientScopeError


def require_scope(
    introspector: TokenIntrospector, principal: Principal, token: AccessToken, scope: Scope = Scope.PHONECHAT_BOOKINGS
) -> None:
    """Refuse who may not do what `scope` is for.

    Raises:
        InsufficientScopeError: the scope is missing.
    """
    if principal.has_scope(scope):
        return
    introspector.forget(token)  # who grants it now need not wait for the cache
    raise InsufficientScopeError(
        f"The user has not granted this access token the scope {scope.value}. Ask for it and sign in again.",
        scope=scope.value,
    )

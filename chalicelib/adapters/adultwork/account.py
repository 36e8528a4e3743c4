"""Token introspection: GetPermissions and VerifyCredentials, in parallel, cached for a minute."""

from chalicelib.adapters.adultwork import faults
from chalicelib.adapters.adultwork.client import AdultWorkClient
from chalicelib.adapters.adultwork.codec import wire
from chalicelib.adapters.adultwork.permission_cache import PermissionCache
from chalicelib.adapters.adultwork.reading import read
from chalicelib.adapters.http.answer import UpstreamAnswer
from chalicelib.application.ports import Concurrency
from chalicelib.domain.access import AccessToken, Principal
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass

PERMISSIONS = "/v1/Account/GetPermissions"
CREDENTIALS = "/v1/account/verifyCredentials"


@dataclass(frozen=True, slots=True)
class AdultWorkIntrospector:
    """The upstream as `TokenIntrospector`; only complete, well-formed answers are remembered, never errors."""

    client: AdultWorkClient
    concurrency: Concurrency
    cache: PermissionCache

    def recall(self, token: AccessToken) -> Principal | None:
        """Return what was learnt about this token in the last minute."""
        return self.cache.get(token)

    def introspect(self, token: AccessToken, deadline: Deadline) -> Principal:
        """Ask for permissions and account at once, and remember the answer."""
        scopes = self.concurrency.start(lambda: self._scopes(token, deadline), deadline)
        principal = Principal(self._account(token, deadline), scopes())
        self.cache.put(token, principal)
        return principal

    def forget(self, token: AccessToken) -> None:
        """Drop what was learnt."""
        self.cache.drop(token)

    def _scopes(self, token: AccessToken, deadline: Deadline) -> frozenset[str]:
        def interpret(answer: UpstreamAnswer) -> frozenset[str]:
            faults.classify_read(answer)
            return wire.read_permissions(answer)

        return read(self.client, PERMISSIONS, token, deadline, interpret)

    def _account(self, token: AccessToken, deadline: Deadline) -> int:
        def interpret(answer: UpstreamAnswer) -> int:
            faults.classify_read(answer)
            return wire.read_account(answer)

        return read(self.client, CREDENTIALS, token, deadline, interpret)

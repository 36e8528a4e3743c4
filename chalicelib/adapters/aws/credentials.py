"""Whose name calls are signed in: from the environment, as Lambda gives it, else from wherever botocore finds it.

The only module that knows botocore, and it loads it only where the environment has no credentials: a container's or an
instance's own, a profile, a sign-on. What botocore asks for them has its own time-outs, which no deadline of ours cuts off.
"""

from collections.abc import Callable, Mapping
from threading import Lock
from typing import TYPE_CHECKING

from chalicelib.adapters.aws.signing import Credentials

if TYPE_CHECKING:
    import botocore.credentials

CredentialSource = Callable[[], Credentials]


class NoCredentialsError(Exception):
    """Nobody's credentials could be had; a second try would not find them either."""


class BotocoreCredentials:
    """The credentials of botocore's chain, looked for once and refreshed by it before they end."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._found: botocore.credentials.Credentials | None = None

    def __call__(self) -> Credentials:
        """Return them as they are now.

        Raises:
            NoCredentialsError: there are none, or they could not be refreshed.
        """
        try:
            with self._lock:
                self._found = self._found or _look()
            frozen = self._found.get_frozen_credentials()
            return Credentials(frozen.access_key or "", frozen.secret_key or "", frozen.token)
        except NoCredentialsError:
            raise
        except Exception as error:
            raise NoCredentialsError("botocore could not get the credentials") from error


def _look() -> "botocore.credentials.Credentials":
    from botocore.session import get_session  # noqa: PLC0415 (0.1 s that no function in Lambda pays)

    found = get_session().get_credentials()
    if found is None:
        raise NoCredentialsError("there are none in the environment, nor anywhere else")
    return found


class EnvironmentCredentials:
    """The credentials in `environment`, read anew for each call; `elsewhere` gives them where it has none."""

    def __init__(self, environment: Mapping[str, str], elsewhere: CredentialSource | None = None) -> None:
        self._environment = environment
        self._elsewhere = elsewhere or BotocoreCredentials()

    def __call__(self) -> Credentials:
        """Return them as they are now.

        Raises:
            NoCredentialsError: there are none.
        """
        access_key = self._environment.get("AWS_ACCESS_KEY_ID")
        secret_key = self._environment.get("AWS_SECRET_ACCESS_KEY")
        if not access_key or not secret_key:
            return self._elsewhere()
        return Credentials(access_key, secret_key, self._environment.get("AWS_SESSION_TOKEN") or None)

"""Keep what the Unified Login has given out: codes, access tokens and refresh tokens."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import RLock

CODE_LIFE = timedelta(minutes=5)
ACCESS_LIFE = timedelta(minutes=20)
REFRESH_LIFE = timedelta(days=14)


@dataclass(frozen=True)
class Granted:
    """Hold who stands behind a code or a token, and until when (aware)."""

    user_id: int
    redirect_uri: str
    until: datetime


@dataclass(frozen=True)
class Issued:
    """Hold the two tokens of one answer."""

    access_token: str
    refresh_token: str


class Logins:
    """Keep codes and tokens; each code and each refresh token is good for one exchange."""

    def __init__(self) -> None:
        """Start with none."""
        self._lock = RLock()
        self._codes: dict[str, Granted] = {}
        self._access: dict[str, Granted] = {}
        self._refresh: dict[str, Granted] = {}

    def sign_in(self, user_id: int, redirect_uri: str, now: datetime) -> str:
        """Return a code for a user who has signed in."""
        with self._lock:
            code = secrets.token_urlsafe(24)
            self._codes[code] = Granted(user_id, redirect_uri, now + CODE_LIFE)
            return code

    def redeem(self, code: str, redirect_uri: str, now: datetime) -> Issued | None:
        """Exchange a code; nothing for one that is unknown, used, too old, or came back elsewhere."""
        with self._lock:
            granted = self._codes.pop(code, None)
            if granted is None or granted.redirect_uri != redirect_uri or granted.until <= now:
                return None
            return self._issue(granted, now)

    def refresh(self, token: str, now: datetime) -> Issued | None:
        """Exchange a refresh token, which is over with that."""
        with self._lock:
            granted = self._refresh.pop(token, None)
            return None if granted is None or granted.until <= now else self._issue(granted, now)

    def user_of(self, access_token: str, now: datetime) -> int | None:
        """Return who an access token stands for, or nothing for one that is unknown or over."""
        with self._lock:
            granted = self._access.get(access_token)
            return None if granted is None or granted.until <= now else granted.user_id

    def end_access(self) -> None:
        """Let every access token run out at once."""
        with self._lock:
            self._access.clear()

    def clear(self) -> None:
        """Forget everybody."""
        with self._lock:
            self._codes.clear()
            self._access.clear()
            self._refresh.clear()

    def _issue(self, granted: Granted, now: datetime) -> Issued:
        issued = Issued(secrets.token_urlsafe(24), secrets.token_urlsafe(32))
        self._access[issued.access_token] = Granted(granted.user_id, "", now + ACCESS_LIFE)
        self._refresh[issued.refresh_token] = Granted(granted.user_id, "", now + REFRESH_LIFE)
        return issued

"""The console's two cookies: what is sealed of a session, and of a sign-in that has begun.

`HttpOnly`: no script reads them. `SameSite=Lax`: another site's form does not send them, and its link does, so that an address
from a letter opens. `__Host-`: no other host of the domain can set them; plain http, which settings allow on loopback alone,
has no such names.
"""

from chalice.app import Request

from chalicelib.edge.request import header_values

SESSION, PENDING = "switchboard-session", "switchboard-sign-in"


def told(request: Request, name: str, url: str) -> str | None:
    """Return what a browser sends under a name; None without it, and when it is sent twice."""
    pairs = [part.strip().partition("=") for line in header_values(request, "cookie") for part in line.split(";")]
    found = [value for key, _, value in pairs if key == _full(name, url)]
    return found[0] if len(found) == 1 and found[0] else None


def keep(name: str, value: str, seconds: int, url: str) -> str:
    """Return the header that makes a browser keep a cookie."""
    secure = "; Secure" if _is_secure(url) else ""
    return f"{_full(name, url)}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"


def forget(name: str, url: str) -> str:
    """Return the header that makes a browser forget it."""
    return keep(name, "", 0, url)


def _full(name: str, url: str) -> str:
    return f"__Host-{name}" if _is_secure(url) else name


def _is_secure(url: str) -> bool:
    return url.lower().startswith("https:")

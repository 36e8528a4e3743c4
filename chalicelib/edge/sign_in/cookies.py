"""The two cookies of a page: what is sealed of its session, and of a sign-in that has begun.

`HttpOnly`: no script reads them. `SameSite=Strict`: no other site's page sends them. Each origin has names of its own, so that
two pages of one site do not overwrite each other's. `__Host-` keeps other hosts of the domain from setting them, and asks for
the path `/`; behind an entrance with a path, where others may stand on the same host, it is `__Secure-` with that path. Plain
http, which settings allow on loopback alone, has no such names.
"""

import hashlib

from chalicelib.edge.exchange import Exchange
from chalicelib.edge.request import header_values

PATH = "/v1/oauth"
SESSION, BEGUN = "switchboard-session", "switchboard-sign-in"


def told(exchange: Exchange, kind: str) -> str | None:
    """Return what a browser sends; None without it, and when it is sent twice."""
    lines = header_values(exchange.request, "cookie")
    pairs = [part.strip().partition("=") for line in lines for part in line.split(";")]
    found = [value for key, _, value in pairs if key == _name(exchange, kind)]
    return found[0] if len(found) == 1 and found[0] else None


def keep(exchange: Exchange, kind: str, value: str, seconds: int) -> str:
    """Return the header that makes a browser keep a cookie."""
    attributes = [f"{_name(exchange, kind)}={value}", f"Path={_path(exchange)}", f"Max-Age={seconds}", "HttpOnly"]
    secure = ["Secure"] if exchange.settings.has_secure_cookies else []
    return "; ".join([*attributes, *secure, "SameSite=Strict"])


def forget(exchange: Exchange, kind: str) -> str:
    """Return the header that makes a browser forget it."""
    return keep(exchange, kind, "", 0)


def _path(exchange: Exchange) -> str:
    return exchange.links.path(PATH) if exchange.links.base_path else "/"


def _name(exchange: Exchange, kind: str) -> str:
    whose = hashlib.sha256(str(exchange.origin).encode()).hexdigest()[:8]
    if not exchange.settings.has_secure_cookies:
        return f"{kind}-{whose}"
    return f"{'__Secure-' if exchange.links.base_path else '__Host-'}{kind}-{whose}"

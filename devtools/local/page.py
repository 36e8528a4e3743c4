"""The sample page of `examples/booking-page` on an origin of its own, as any host of files would serve it.

The page and the TypeScript client become one file here, as a frontend's own tools would make it. `settings.json` tells
the page where Switchboard is, whether users sign in through it and, beside the sandbox, the people who need not type a token.
"""

import json
import subprocess
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self, TypeAlias

from devtools.local.example import booking, now_on_upstream_clock
from devtools.local.server import HOST
from devtools.node_packages import CLIENT, environment, tool
from devtools.places import ROOT
from sandbox.adultwork.cast import ACCOUNTS, CANDIDATES, TOKENS

FILES = ROOT / "examples" / "booking-page"
BUNDLE_SECONDS = 60
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self' {}; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
Files: TypeAlias = Mapping[str, tuple[str, bytes]]  # by path: the media type and the bytes
# A second token of one account shows nothing that the first one does not.
_FIRST_TOKENS = {account: token for token, account in reversed([*TOKENS.items()])}


def bundled() -> bytes:
    """Return the page's script with the client in it, one ES module.

    Raises:
        RuntimeError: it cannot be made; the message says why, or how to install what makes it.
    """
    alias = f"--alias:switchboard-client={CLIENT / 'src' / 'index.ts'}"
    options = ("--bundle", "--format=esm", "--target=es2022", "--log-level=error", alias)
    try:
        made = subprocess.run(
            [tool("esbuild"), str(FILES / "page.ts"), *options],
            env=environment(), capture_output=True, timeout=BUNDLE_SECONDS, check=True,
        )  # fmt: skip
    except FileNotFoundError as error:
        raise RuntimeError("What makes the sample page is not installed: make setup.") from error
    except subprocess.CalledProcessError as error:
        raise RuntimeError(error.stderr.decode()) from error
    return made.stdout


def settings(switchboard_url: str, *, has_sandbox: bool, has_sign_in: bool) -> dict[str, Any]:
    """Return what the page is told; an upstream that is not the sandbox knows none of its people."""
    users = [
        {"account": str(one.user_id), "token": _FIRST_TOKENS[one.user_id], "label": f"{one.nickname} ({one.user_id})"}
        for one in ACCOUNTS
    ]
    candidates = [{"id": one.user_id, "label": one.nickname} for one in CANDIDATES.values()]
    return {
        "baseUrl": switchboard_url,
        "hasSignIn": has_sign_in,
        "users": users if has_sandbox else [],
        "candidates": candidates if has_sandbox else [],
        "example": booking(now_on_upstream_clock()) if has_sandbox else None,
    }


class BookingPage:
    """A server of the page: a context manager. It listens at once, and answers after `show`.

    So its origin is known before Switchboard starts, which has to allow it, and Switchboard's address before the first answer.
    """

    def __init__(self, port: int = 0) -> None:
        self._server = _Server((HOST, port), _Visit)
        self._thread: threading.Thread | None = None
        self.url = f"http://{HOST}:{self._server.server_port}"
        self.origins = (self.url, f"http://localhost:{self._server.server_port}")

    def show(self, switchboard_url: str, *, has_sandbox: bool, has_sign_in: bool) -> None:
        """Begin to answer. Raises RuntimeError when the script cannot be made."""
        script = bundled()

        def files() -> Files:
            told = json.dumps(settings(switchboard_url, has_sandbox=has_sandbox, has_sign_in=has_sign_in)).encode()
            return {
                "/": ("text/html; charset=utf-8", (FILES / "index.html").read_bytes()),
                "/page.css": ("text/css; charset=utf-8", (FILES / "page.css").read_bytes()),
                "/page.js": ("text/javascript; charset=utf-8", script),
                "/settings.json": ("application/json", told),
            }

        self._server.files, self._server.policy = files, POLICY.format(switchboard_url)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        """Listen."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        if self._thread is not None:
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    """Holds what is served: `files` is asked at each visit."""

    daemon_threads = True
    files: Callable[[], Files]
    policy: str


class _Visit(BaseHTTPRequestHandler):
    """Answers with one of the page's files."""

    server: _Server

    def do_GET(self) -> None:
        """Answer with a file, or 404."""
        kind, content = self.server.files().get(self.path.partition("?")[0], ("", b""))
        self.send_response(200 if kind else 404)
        for name, value in (
            ("Content-Type", kind or "text/plain"),
            ("Content-Length", str(len(content))),
            ("Content-Security-Policy", self.server.policy),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Keep quiet: the terminal belongs to Switchboard's log."""

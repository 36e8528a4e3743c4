"""Sign-in in a real page of another origin, and in an app: the snippets of `docs/sign-in.md`, as they stand."""

import json
import re
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Response

from chalicelib.settings import read_settings
from devtools.local.dynamodb import create_sealing_key
from devtools.local.server import LocalGateway
from devtools.places import ROOT
from devtools.proof.trials.scene.ground import Ground, standing
from tests.clients.typescript.node import NODE, bundled, run
from tests.integration.bookings import MEMBERS
from tests.integration.sign_ins import APP, LOGIN_TOKEN, settings

GUIDE = (ROOT / "docs" / "sign-in.md").read_text()
(SETTINGS,) = re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL)
PAGE, NATIVE = re.findall(r"```js\n(.*?)```", GUIDE, re.DOTALL)
API, SITE = "https://api.shop.example", "https://www.shop.example"
SHELL = """<!doctype html><title>Shop</title><script type="module">
{snippet}
Object.assign(window, {{ tapSignIn, tapBook, tapLogOut, token: signIn.token }});
window.state = await started();
</script>"""


class Files(SimpleHTTPRequestHandler):
    """Serves a folder, and says nothing of it."""

    def log_message(self, format: str, *words: object) -> None:  # noqa: A002 (the name is the library's)
        """Say nothing."""


@pytest.fixture
def origin(tmp_path: Path) -> Iterator[str]:
    """Serve a folder; return its origin."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Files, directory=tmp_path)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def stack(dynamodb_endpoint: str, origin: str) -> Iterator[tuple[Ground, str]]:
    """Return the ground and the address of the function on it, with sign-in for one page and one app."""
    create_sealing_key(dynamodb_endpoint)
    with standing(dynamodb_endpoint) as ground, LocalGateway(ground.function.app) as gateway:
        given = settings(ground.sandbox.url, ALLOWED_ORIGINS=origin, SIGN_IN_REDIRECT_URIS=f"{origin}/")
        ground.begin(**given)
        ground.start()
        yield ground, gateway.url


@pytest.fixture
def page(browser: Browser, origin: str, stack: tuple[Ground, str], tmp_path: Path) -> Iterator[Page]:
    """Open the page of the guide."""
    bundled("index", tmp_path / "client.js")
    snippet = PAGE.replace(API, stack[1]).replace(SITE, origin).replace('"switchboard-client"', '"/client.js"')
    (tmp_path / "index.html").write_text(SHELL.format(snippet=snippet))
    context = browser.new_context()
    opened = context.new_page()
    opened.goto(origin)
    yield opened
    context.close()


def state(page: Page) -> str:
    """Return what the page says at its start."""
    page.wait_for_function("window.state")
    return str(page.evaluate("window.state"))


def test_a_page_signs_in_books_refreshes_and_logs_out(stack: tuple[Ground, str], page: Page) -> None:
    """In real Chromium, on another origin; no script of the page ever sees the refresh token."""
    ground, _url = stack
    bodies: list[str] = []
    page.on("response", lambda response: bodies.append(_text(response)))
    assert state(page) == "signed out"
    page.evaluate("void tapSignIn()")
    page.get_by_role("link", name="Client", exact=True).click()
    assert state(page) == "signed in"
    first = page.evaluate("token()")
    ground.sandbox.world.logins.end_access()
    outcome = page.evaluate("(booking) => tapBook(booking)", MEMBERS)
    (booking,) = ground.sandbox.world.bookings
    assert (outcome["state"], outcome["booking"]["BookingID"]) == ("booked", booking.booking_id)
    assert page.evaluate("token()") != first
    seen = page.evaluate("JSON.stringify([document.cookie, {...localStorage}, {...sessionStorage}, location.href])")
    cookies = page.context.cookies()
    (session,) = [one for one in cookies if one["name"].startswith("switchboard-session-")]
    assert (session["httpOnly"], session["sameSite"]) == (True, "Strict")
    sent = [request.body.decode() for request in ground.sandbox.journal.requests if request.path == LOGIN_TOKEN]
    for secret in (session["value"], *re.findall(r"refresh_token=([^&]{20,})", "&".join(sent))):
        assert secret not in seen
        assert not [body for body in bodies if secret in body]
    page.reload()
    assert state(page) == "signed in"
    page.evaluate("tapLogOut()")
    assert page.context.cookies() == []
    page.reload()
    assert state(page) == "signed out"


def test_whoever_cancels_is_told_so(page: Page) -> None:
    """And may begin again."""
    assert state(page) == "signed out"
    page.evaluate("void tapSignIn()")
    page.get_by_role("link", name="Cancel").click()
    assert state(page) == "cancelled, or begin again"


def test_an_app_signs_in_and_books_with_a_refreshed_token(stack: tuple[Ground, str], tmp_path: Path) -> None:
    """Outside a browser, with the native snippet; its keychain holds the one session that is good then."""
    ground, url = stack
    world = """
    const kept = new Map();
    const keychain = {
      get: async (name) => kept.get(name) ?? null,
      set: async (name, text) => void kept.set(name, text),
      remove: async (name) => void kept.delete(name),
    };
    const storage = { ...keychain, names: async () => [] };
    const getRandomBytes = (length) => crypto.getRandomValues(new Uint8Array(length));
    const digest = (algorithm, bytes) => crypto.subtle.digest(algorithm, bytes);
    """
    end = f"""
    const browser = async (address) => {{
      const came = await fetch(`${{address}}&user=1001`, {{ redirect: "manual" }});
      return came.headers.get("location");
    }};
    const isSignedIn = await tapSignIn(browser);
    const [first] = kept.values();
    await fetch("{ground.sandbox.url}/_sandbox/tokens", {{ method: "DELETE" }});
    const outcome = await client.book(await client.intend({json.dumps(MEMBERS)}));
    const [second] = kept.values();
    console.log(JSON.stringify([isSignedIn, outcome.booking?.BookingID, first === second, kept.size]));
    """
    bundle = bundled("index", tmp_path / "app-client.mjs")
    head, snippet = NATIVE.replace(API, url).replace('"switchboard-client"', f'"{bundle.as_uri()}"').split("\n\n", 1)
    program = tmp_path / "app.mjs"
    program.write_text(f"{head}\n{world}\n{snippet}\n{end}")
    done = run(NODE, str(program))
    assert done.returncode == 0, done.stderr
    (booking,) = ground.sandbox.world.bookings
    assert json.loads(done.stdout) == [True, booking.booking_id, False, 1]
    assert APP in NATIVE


def test_the_settings_of_the_guide_are_sound() -> None:
    """With the secret where a deployed stage has it."""
    given = dict(line.split("=", 1) for line in SETTINGS.splitlines())
    assert read_settings({**given, "SECRETS_NAME": "stage-secrets"}).sign_in


def _text(response: Response) -> str:
    """Return what a script could read of an answer: its body, and the headers that a browser shows."""
    try:
        body = response.text()
    except Exception:  # noqa: BLE001 (a redirect has none)
        return ""
    return body

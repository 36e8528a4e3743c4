"""The guides for frontends and for mobile apps: every snippet runs as it stands, but for the addresses of this run."""

import json
import re
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, expect

from devtools.local.run import DEFAULTS
from devtools.node_packages import BIN, CLIENT, tool
from devtools.places import ROOT
from tests.clients.typescript.node import NODE, bundled
from tests.clients.typescript.node import run as run_node
from tests.e2e.local_run import LocalRun, local_run
from tests.e2e.test_typescript_client import Files
from tests.integration.service import wait_until

FRONTEND, MOBILE = ((ROOT / "docs" / f"{name}.md").read_text() for name in ("frontend", "mobile"))
MAKEFILE = (ROOT / "Makefile").read_text()
CREATE = "/v1/PhoneChat/CreateBooking"
CANCEL = "/v1/PhoneChat/CancelMadeBooking"
# What a phone brings: a keychain, storage that outlives the process, and a screen.
PHONE = """
import { readFileSync, writeFileSync } from "node:fs";
const place = process.argv[2] as string;
const read = (): Record<string, string> => { try { return JSON.parse(readFileSync(place, "utf8")); } catch { return {}; } };
const write = (texts: Record<string, string>) => writeFileSync(place, JSON.stringify(texts));
const AsyncStorage = {
  getItem: async (name: string) => read()[name] ?? null,
  setItem: async (name: string, text: string) => write({ ...read(), [name]: text }),
  removeItem: async (name: string) => { const { [name]: _, ...rest } = read(); write(rest); },
  getAllKeys: async () => Object.keys(read()),
};
const getRandomBytes = (length: number) => crypto.getRandomValues(new Uint8Array(length));
const readToken = (rejected?: string) => (rejected === undefined ? "client-token" : null);
const show = (...words: unknown[]) => console.log(words.join(" "));
"""


def snippets(page: str, language: str) -> list[str]:
    """Return the code blocks of a language."""
    found = re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)
    assert found
    return found


def here(text: str, run: LocalRun) -> str:
    """Return a snippet with the addresses of this run."""
    parts = {"PORT": "switchboard", "SANDBOX_PORT": "upstream"}
    for name, part in parts.items():
        text = text.replace(f"http://127.0.0.1:{DEFAULTS[name]}", run.address(part))
    return text


def shell(command: str) -> str:
    """Run a snippet of the shell; return what it printed."""
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, timeout=30, check=True)  # noqa: S603 (the guide's own words)
    return done.stdout


def sent(run: LocalRun, date: str) -> int:
    """Return how often a booking for a date reached the sandbox."""
    journal = requests.get(f"{run.address('upstream')}/_sandbox/requests", timeout=5).json()
    return sum((one["method"], one["path"]) == ("POST", CREATE) and date in str(one["body"]) for one in journal)


def cancelled(run: LocalRun, booking_id: int) -> int:
    """Return how often the cancellation of a booking reached the sandbox."""
    journal = requests.get(f"{run.address('upstream')}/_sandbox/requests", timeout=5).json()
    return sum(
        (one["method"], one["path"]) == ("POST", CANCEL) and str(booking_id) in str(one["body"]) for one in journal
    )


def answer_late(run: LocalRun) -> None:
    """Let AdultWork's simulator answer the next cancellation late."""
    fault = {"path": CANCEL, "fault": "slow-answer", "seconds": 1}
    requests.post(f"{run.address('upstream')}/_sandbox/faults", json=fault, timeout=5).raise_for_status()


def booking_of(run: LocalRun, date: str) -> dict[str, Any]:
    """Return the one booking for a date, as the sandbox has it."""
    (booking,) = (one for one in sandbox_bookings(run) if one["SessionDate"].startswith(date))
    return booking


def sandbox_bookings(run: LocalRun) -> list[dict[str, Any]]:
    """Return all bookings that the sandbox has."""
    return list(requests.get(f"{run.address('upstream')}/_sandbox/bookings", timeout=5).json())


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a frontend."""
    return tmp_path_factory.mktemp("site")


@pytest.fixture(scope="module")
def origin(site: Path) -> Iterator[str]:
    """Serve the folder, as the tools of a frontend do."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Files, directory=site)) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def stack(origin: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalRun]:
    """Run Switchboard, with the origin allowed as the guide says; each guide books at a date of its own."""
    start, _fault, _install, allow = snippets(FRONTEND, "sh")
    assert start == "make run\n"
    variable, _origin, *command = re.split("[= ]", allow.strip())
    assert (variable, command) == ("ALLOWED_ORIGINS", ["make", "run"])
    with local_run(tmp_path_factory.mktemp("state"), **{variable: origin}) as run:
        yield run


def install_client(commands: str, project: Path) -> None:
    """Install the client into a project as the guide says: `make typescript` by what it runs, in a copy of the client."""
    make, install = commands.splitlines()
    clone = project / "clone"
    shutil.copytree(CLIENT, clone / CLIENT.relative_to(ROOT), ignore=shutil.ignore_patterns("node_modules", "dist"))
    (clone / CLIENT.relative_to(ROOT) / "node_modules").symlink_to(CLIENT / "node_modules")
    assert re.search(rf"^{make.removeprefix('make ')}:.*\n.*npm run types && npm run build", MAKEFILE, re.MULTILINE)
    npm, *words = install.replace("PATH-TO-THE-CLONE", str(clone)).split()
    # npm keeps what it has fetched by the form in which it asked, and may want another form here than when it was set up.
    for command, folder in ((["run", "build"], clone / CLIENT.relative_to(ROOT)), (words, project)):
        done = run_node(str(BIN / npm), *command, "--prefer-offline", "--ignore-scripts", folder=folder)
        assert done.returncode == 0, done.stderr


def test_the_page_of_the_guide_books_and_cancels_once_though_it_is_reloaded_in_the_middle(
    browser: Browser, stack: LocalRun, origin: str, site: Path
) -> None:
    """The guide's page, script and fault, in a browser, from an origin that is allowed as the guide says."""
    _start, fault, install, _allow = snippets(FRONTEND, "sh")
    (html,), (script, listing, cancelling) = snippets(FRONTEND, "html"), snippets(FRONTEND, "ts")
    (site / "index.html").write_text(html)
    (site / "main.ts").write_text(here(script, stack))
    install_client(install, site)
    options = ("--bundle", "--format=esm", "--target=es2022", f"--outfile={site / 'main.js'}")
    done = run_node(tool("esbuild"), str(site / "main.ts"), *options, folder=site)
    assert done.returncode == 0, done.stderr
    assert json.loads(shell(here(fault, stack)))["fault"] == "slow-answer"
    page = browser.new_page()
    page.goto(origin)
    page.get_by_role("button", name="Book").click()
    wait_until(lambda: sent(stack, "2032-03-01") == 1)
    page.reload()
    expect(page.get_by_role("status")).to_have_text("Booked: Pending", timeout=30_000)
    assert sent(stack, "2032-03-01") == 1
    (site / "main.ts").write_text(here(f"{script}\n{listing}", stack))
    assert run_node(tool("esbuild"), str(site / "main.ts"), *options, folder=site).returncode == 0
    page.reload()
    last = min(sandbox_bookings(stack), key=lambda one: int(one["BookingID"]))  # the earliest is told last
    expect(page.get_by_role("status")).to_have_text(f"{last['BookingID']}: {last['Status']}", timeout=30_000)
    (site / "main.ts").write_text(here(f"{script}\n{cancelling}", stack))
    assert run_node(tool("esbuild"), str(site / "main.ts"), *options, folder=site).returncode == 0
    page.reload()
    booking_id = booking_of(stack, "2032-03-01")["BookingID"]
    answer_late(stack)
    page.get_by_role("button", name=f"Cancel {booking_id}").click()
    wait_until(lambda: cancelled(stack, booking_id) == 1)
    page.reload()
    expect(page.get_by_role("status")).to_have_text("CancelMadeBooking: done.", timeout=30_000)
    assert (booking_of(stack, "2032-03-01")["Status"], cancelled(stack, booking_id)) == ("Cancelled", 1)
    page.close()


def test_the_script_of_the_guide_compiles() -> None:
    """As strictly as the client; the guide's ports are those of `make run`."""
    folder = ROOT / "build" / "guide"
    folder.mkdir(parents=True, exist_ok=True)
    settings = {
        "extends": str(ROOT / "examples" / "booking-page" / "tsconfig.json"),
        "compilerOptions": {"rootDir": "/", "paths": {"switchboard-client": [str(CLIENT / "src" / "index.ts")]}},
        "include": ["*.ts"],
    }
    (folder / "tsconfig.json").write_text(json.dumps(settings))
    (folder / "main.ts").write_text("\n".join(snippets(FRONTEND, "ts")))
    done = run_node(tool("tsc"), "--project", str(folder), folder=folder)
    assert done.stdout == ""
    assert f"`http://127.0.0.1:{DEFAULTS['PAGE_PORT']}`" in FRONTEND


def phone(run: LocalRun, folder: Path, last: str) -> list[str]:
    """Return the command that starts the app of the guide; `last` is what happens in it."""
    client = bundled("index", folder / "client.mjs")
    program = here("\n".join([PHONE, *snippets(MOBILE, "ts"), last]), run)
    file = folder / "app.mts"
    file.write_text(program.replace('"switchboard-client"', f'"{client.as_uri()}"'))
    return [NODE, "--disable-warning=ExperimentalWarning", str(file), str(folder / "storage.json")]


def test_the_app_of_the_guide_is_killed_while_it_books_and_cancels_and_finds_both_done_once_at_the_next_start(
    stack: LocalRun, tmp_path: Path
) -> None:
    """The phone ends the app after AdultWork booked or cancelled and before the answer came."""
    tap = {
        "BookUserID": 123456, "SessionDate": "2032-04-02 20:00", "Duration": 15, "Method": 1,
        "PhoneNumber": "07123456789", "Credits": 32, "AcceptBy": "2032-04-02 12:00",
    }  # fmt: skip
    shell(here(snippets(FRONTEND, "sh")[1], stack))
    app = subprocess.Popen(phone(stack, tmp_path, f"await tapped({json.dumps(tap)});"))  # noqa: S603 (the guide's own words)
    wait_until(lambda: sent(stack, "2032-04-02") == 1, 30)
    app.send_signal(signal.SIGKILL)
    app.wait()
    assert "07123456789" in (tmp_path / "storage.json").read_text()
    done = run_node(*phone(stack, tmp_path, "await started(); await listed();"))
    booking = booking_of(stack, "2032-04-02")
    told = {f"Booked {booking['BookingID']}", f"Has {booking['BookingID']} Pending"}
    assert told <= set(done.stdout.splitlines()), done.stderr
    assert sent(stack, "2032-04-02") == 1
    assert json.loads((tmp_path / "storage.json").read_text()) == {}
    answer_late(stack)
    app = subprocess.Popen(phone(stack, tmp_path, f'await cancelTapped({booking["BookingID"]}, "Ill");'))  # noqa: S603 (the same)
    wait_until(lambda: cancelled(stack, booking["BookingID"]) == 1, 30)
    app.send_signal(signal.SIGKILL)
    app.wait()
    done = run_node(*phone(stack, tmp_path, "await started(); await startedWithChanges();"))
    assert "Done: CancelMadeBooking" in done.stdout.splitlines(), done.stderr
    assert (booking_of(stack, "2032-04-02")["Status"], cancelled(stack, booking["BookingID"])) == ("Cancelled", 1)
    assert json.loads((tmp_path / "storage.json").read_text()) == {}


def test_the_request_of_the_guide_is_sent_twice_and_books_once(stack: LocalRun) -> None:
    """The second answer is the first one, and says so."""
    start, book = snippets(MOBILE, "sh")
    assert start == "make run\n"
    first, second = (shell(here(book, stack)).replace("\r", "").partition("\n\n") for _ in range(2))
    assert "201" in first[0].splitlines()[0]
    assert "201" in second[0].splitlines()[0]
    assert (
        "idempotency-replayed: true" in first[0].lower(),
        "idempotency-replayed: true" in second[0].lower(),
    ) == (False, True)
    assert first[2] == second[2]
    assert sent(stack, "2032-04-01") == 1

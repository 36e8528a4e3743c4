"""What the client is as a package: types of the contract, outcomes that cannot be forgotten, a page that tells what is so."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import switchboard_client
from devtools import python_client
from devtools.places import ROOT
from devtools.proof.trials.scene.ground import Ground
from switchboard_client import AsyncClient, Client, MadeBookingsQuery
from switchboard_client.changes import CHANGES
from switchboard_client.core.reads import Order
from tests.integration.bookings import ORIGIN
from tests.integration.sign_ins import settings

PAGE = (python_client.CLIENT / "README.md").read_text()
SNIPPETS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
STATES = re.findall(r"^\| `([A-Za-z]+)` \|", PAGE, re.MULTILINE)
WORLD = """
def read_token() -> str: return "client-token"
def refresh_token() -> str | None: return "client-token"
def open_browser(address: str) -> str:
    import httpx
    return httpx.get(address + "&user=1001").headers["Location"]
"""
# A change is made, or surely not, where a booking is booked; in all else it stands as one.
STATES_OF_CHANGES = [{"Booked": "Made", "NotBooked": "NotMade"}.get(state, state) for state in STATES]
UNIONS = {"Outcome": STATES, "ChangeOutcome[Booking]": STATES_OF_CHANGES}
HEAD = f"""
from typing import assert_never
from switchboard_client import CANCEL_MADE_BOOKING, Booking, BookingRequest, ChangeOutcome, Client, Outcome
from switchboard_client import Made, NotMade, {", ".join(STATES)}
"""


def program_without(left_out: str | None, union: str) -> str:
    """Return a program that handles every outcome of a union but one."""
    cases = "".join(f"        case {one}(): return 0\n" for one in UNIONS[union] if one != left_out)
    return (
        f"{HEAD}\ndef f(outcome: {union}) -> int:\n    match outcome:\n{cases}        case _: assert_never(outcome)\n"
    )


def type_errors(folder: Path, **sources: str) -> dict[str, list[str]]:
    """Check programs that use the client, strictly; return the errors of each, by name."""
    for name, source in sources.items():
        (folder / f"{name}.py").write_text(source)
    command = [sys.executable, "-m", "mypy", "--strict", "--no-color-output", "--no-error-summary", "--config-file="]
    done = subprocess.run(  # noqa: S603 (a program of this project)
        [*command, f"--cache-dir={folder / 'cache'}", *(f"{name}.py" for name in sources)],
        cwd=folder,
        env={"MYPYPATH": str(python_client.CLIENT / "src")},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    found = re.findall(r"^(\w+)\.py:\d+: error: (.+)$", done.stdout, re.MULTILINE)
    assert (done.returncode != 0) is bool(found), done.stdout + done.stderr
    return {name: [error for one, error in found if one == name] for name in sources}


def test_a_program_that_forgets_an_outcome_does_not_pass_the_type_checker(tmp_path: Path) -> None:
    """Each in turn, of bookings and of changes; with all of them it passes, and so do the snippets of the page."""
    sources = {
        f"of{number}_without_{one}": program_without(one, union)
        for number, (union, states) in enumerate(UNIONS.items())
        for one in states
    }
    wholes = {f"whole{number}": program_without(None, union) for number, union in enumerate(UNIONS)}
    errors = type_errors(tmp_path, page=WORLD + "\n".join(SNIPPETS), **wholes, **sources)
    assert [len(states) for states in UNIONS.values()] == [9, 9]
    assert [errors.pop(name) for name in ("page", *wholes)] == [[], [], []]
    for name, found in errors.items():
        assert any(name.partition("_without_")[2] in one for one in found), name


def test_a_program_that_asks_for_what_is_no_request_does_not_pass_the_type_checker(tmp_path: Path) -> None:
    """A form without most of its members, and a change without its reason."""
    change = f"{HEAD}\ndef f(client: Client) -> ChangeOutcome[Booking]:\n    return client.change(client.intend_change("
    errors = type_errors(
        tmp_path,
        phoneless=f'{HEAD}\nb: BookingRequest = {{"BookUserID": "1"}}\n',
        sound=f'{change}CANCEL_MADE_BOOKING.of({{"BookingID": 1, "Reason": "r"}})))\n',
        reasonless=f'{change}CANCEL_MADE_BOOKING.of({{"BookingID": 1}})))\n',
    )
    assert errors["sound"] == []
    assert "Missing keys" in errors["phoneless"][0]
    assert "Reason" in errors["reasonless"][0]


def test_the_types_are_those_of_the_contract() -> None:
    """`make python-client` writes them."""
    assert python_client.TYPES.read_text() == python_client.fresh()


def test_the_snippets_of_the_page_book(stack: tuple[Ground, str], tmp_path: Path) -> None:
    """One booking by each form, of which one is cancelled, and one after a sign-in; nothing is left to do."""
    ground, url = stack
    ground.begin(**settings(ground.sandbox.url, ALLOWED_ORIGINS=ORIGIN))
    ground.start()
    program = (WORLD + "\n".join(SNIPPETS)).replace("http://127.0.0.1:8000", url)
    done = subprocess.run(  # noqa: S603 (a program of this project)
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={"PYTHONPATH": str(python_client.CLIENT / "src")},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    first, second, third = ground.sandbox.world.bookings
    assert done.stdout.splitlines() == [
        f"Booked {first.booking_id} Pending",
        "22.5 ['/SessionDate', '/Method', '/Credits', '/AcceptBy']",
        f"[({first.booking_id}, 'Pending')]",
        f"Cancelled {first.booking_id} Cancelled",
        f"Booked {second.booking_id} Pending",
        f"Booked {third.booking_id} Pending",
    ], done.stderr
    assert list((tmp_path / "intents").iterdir()) == []


def test_the_page_tells_of_each_read() -> None:
    """Its table has a row for each, and no other; both forms have them all."""
    rows = re.findall(r"^\| `(\w+)\(", PAGE, re.MULTILINE)
    for form in (Client, AsyncClient):
        assert sorted(rows) == sorted(name for name in vars(form) if name.startswith(("get_", "made_")))


def test_the_page_tells_of_each_change() -> None:
    """Its table has a row for each, and no other, under the names of the package."""
    rows = re.findall(r"^\| `([A-Z_]+)` \|", PAGE, re.MULTILINE)
    assert [getattr(switchboard_client, row) for row in rows] == list(CHANGES)


def test_the_query_of_made_bookings_is_that_of_the_contract() -> None:
    """Its types are written by hand: the generator makes none of parameters."""
    parameters = json.loads(python_client.CONTRACT.read_text())["components"]["parameters"]
    asked = {name.removeprefix("MadeBookings."): one for name, one in parameters.items() if "MadeBookings." in name}
    assert set(asked) == set(MadeBookingsQuery.__annotations__)
    assert set(get_args(Order)) < set(json.dumps(asked["OrderBy"]["schema"]).split('"'))


def test_it_brings_one_library_to_send_with() -> None:
    """And types that Python's own typing does not have yet."""
    project = (python_client.CLIENT / "pyproject.toml").read_text()
    assert re.findall(r'^    "([a-z-]+)', project, re.MULTILINE) == ["httpx", "typing-extensions"]
    assert (ROOT / "clients" / "python" / "src" / "switchboard_client" / "py.typed").exists()

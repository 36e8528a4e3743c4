"""What the client is as a package: how much it weighs, what it needs, and that its types are those of the contract."""

import gzip
import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from devtools.node_packages import CLIENT, tool
from devtools.places import ROOT
from tests.clients.typescript.node import run

MOST_BYTES = 6 * 1024
STATES = re.findall(r'readonly state: "([a-z-]+)"', (CLIENT / "src" / "outcome.ts").read_text())
# A change is made, or surely not, where a booking is booked; in all else it stands as one.
STATES_OF_CHANGES = [{"booked": "made", "not-booked": "not-made"}.get(state, state) for state in STATES]
UNIONS = {"outcome": STATES, "changed": STATES_OF_CHANGES}


def test_the_bundle_weighs_less_than_6_kb_and_asks_for_no_other_module(bundles: tuple[Path, Path]) -> None:
    """Minified, as a page would load it, and zipped."""
    bundle = bundles[0].read_bytes()
    assert len(gzip.compress(bundle, 9)) < MOST_BYTES
    assert re.search(rb"""\bimport\b|\brequire\(|from\s*["']""", bundle) is None


def test_the_client_has_no_dependencies_at_run_time() -> None:
    """What it names is for making it; and the lock file holds no address of a registry."""
    package = json.loads((CLIENT / "package.json").read_text())
    assert [name for name in package if name.endswith("ependencies")] == ["devDependencies"]
    lock = json.loads((CLIENT / "package-lock.json").read_text())
    assert [name for name, one in lock["packages"].items() if "resolved" in one] == []
    assert all("integrity" in one for name, one in lock["packages"].items() if name)


def test_the_types_are_those_of_the_contract(tmp_path: Path) -> None:
    """Generate them anew; `make typescript` writes them."""
    fresh = tmp_path / "contract.ts"
    done = run(tool("openapi-typescript"), str(ROOT / "docs" / "openapi.json"), "--output", str(fresh))
    assert done.returncode == 0, done.stderr
    assert fresh.read_text() == (CLIENT / "src" / "contract.ts").read_text()


def compiled(folder: Path, **sources: str) -> dict[str, list[str]]:
    """Compile programs that use the client, as strictly as the client itself; return the errors of each, by name."""
    settings = json.loads((CLIENT / "tsconfig.json").read_text())["compilerOptions"]
    settings |= {
        "noEmit": True,
        "skipLibCheck": True,
        "rootDir": "/",
        "typeRoots": [str(CLIENT / "node_modules" / "@types")],
    }
    settings |= {"module": "ESNext", "moduleResolution": "Bundler", "noUnusedLocals": False}
    paths = {
        "switchboard-client": [str(CLIENT / "src/index.ts")],
        "switchboard-client/node": [str(CLIENT / "src/node.ts")],
    }
    (folder / "tsconfig.json").write_text(
        json.dumps({"compilerOptions": settings | {"paths": paths}, "include": ["*.ts"]})
    )
    for name, source in sources.items():
        (folder / f"{name}.ts").write_text(f"{source}\nexport {{}};\n")
    done = run(tool("tsc"), "--project", str(folder), "--pretty", "false", folder=folder)
    found = re.findall(r"^(\w+)\.ts\(\d+,\d+\): error (.+(?:\n .+)*)$", done.stdout, re.MULTILINE)
    assert (done.returncode != 0) is bool(found), done.stdout
    return {name: [error for one, error in found if one == name] for name in sources}


HEAD = """
import { createClient, match, unhandled } from "switchboard-client";
import type { BookingRequest, ChangeOutcome, Client, Outcome } from "switchboard-client";
declare const outcome: Outcome;
declare const changed: ChangeOutcome<"CancelMadeBooking">;
declare const client: Client;
"""


def matching(union: str, states: Sequence[str]) -> str:
    """Return a program that handles some states by `match`."""
    handlers = "".join(f'"{state}": () => 0, ' for state in states)
    return f"{HEAD}match({union}, {{ {handlers} }});"


def switching(union: str, states: Sequence[str]) -> str:
    """Return a program that handles some states by a `switch`."""
    cases = "".join(f'case "{state}": return 0; ' for state in states)
    return f"{HEAD}export function f(): number {{ switch ({union}.state) {{ {cases} default: return unhandled({union}); }} }}"


@pytest.mark.parametrize("union", UNIONS)
def test_a_program_that_forgets_a_state_does_not_compile(tmp_path: Path, union: str) -> None:
    """Each state in turn, in `match` and in a `switch`; the same program with all states compiles."""
    states = UNIONS[union]
    sources = {"whole": matching(union, states), "whole_switch": switching(union, states)}
    for number, state in enumerate(states):
        rest = [one for one in states if one != state]
        sources[f"match_without_{number}"] = matching(union, rest)
        sources[f"switch_without_{number}"] = switching(union, rest)
    assert len(states) == 9
    errors = compiled(tmp_path, **sources)
    assert {name for name, found in errors.items() if not found} == {"whole", "whole_switch"}
    for number, state in enumerate(states):
        (error,) = errors[f"match_without_{number}"]
        assert re.search(rf"""Property '"?{state}"?' is missing""", error)


def test_a_program_that_asks_for_what_is_no_request_does_not_compile(tmp_path: Path) -> None:
    """A form without an account or a phone number; a change without its reason, or that there is not."""
    errors = compiled(
        tmp_path,
        sound=HEAD + 'export const i = client.intendChange("DeleteMadeBookings", { BookingIDs: "1,2" });',
        unread=f"{HEAD}outcome.booking.BookingID;",
        mended_as_another=f"{HEAD}declare const any: ChangeOutcome; "
        'if (any.state === "rejected") void any.mend({ BookingIDs: "1" });',
        unread_change=f"{HEAD}changed.answer.Status;",
        keyless=HEAD + 'createClient({ baseUrl: "", token: () => null });',
        phoneless=HEAD + 'export const b: BookingRequest = { BookUserID: 1, SessionDate: "", Duration: 15, '
        'Method: 1, Credits: 1, AcceptBy: "" };',
        reasonless=HEAD + 'export const i = client.intendChange("CancelMadeBooking", { BookingID: 1 });',
        unknown=HEAD + 'export const i = client.intendChange("ConfirmMadeBooking", { BookingID: 1 });',
    )
    assert {name for name, found in errors.items() if not found} == {"sound"}
    assert "account" in errors["keyless"][0]
    assert "Reason" in errors["reasonless"][0]


def test_the_client_and_the_snippets_of_its_page_compile(tmp_path: Path) -> None:
    """Under every strict flag; what a snippet of the page uses, an earlier one made."""
    assert run(tool("tsc"), "--noEmit").stdout == ""
    page = (CLIENT / "README.md").read_text()
    snippets = re.findall(r"```ts\n(.*?)```", page, re.DOTALL)
    assert len(snippets) > 3
    world = """
declare function readToken(): Promise<string>; declare function refreshToken(): Promise<string | null>;
declare function show(...words: unknown[]): void;
declare const AsyncStorage: import("switchboard-client").NativeStorage;
declare const getRandomBytes: (length: number) => Uint8Array;
declare const keychain: import("switchboard-client").Keychain;
declare const digest: (algorithm: string, bytes: Uint8Array<ArrayBuffer>) => Promise<ArrayBuffer>;
"""
    assert compiled(tmp_path, page=world + "\n".join(snippets)) == {"page": []}


def test_the_page_tells_of_each_read() -> None:
    """Its table has a row for each call that the client has of them, and no other."""
    calls = re.findall(r"^    (?:async \*)?((?:get|made)\w+)", (CLIENT / "src" / "reads.ts").read_text(), re.MULTILINE)
    rows = re.findall(r"^\| `(\w+)\(", (CLIENT / "README.md").read_text(), re.MULTILINE)
    assert len(rows) == 7
    assert rows == calls


def test_the_page_tells_of_each_change() -> None:
    """Its table has a row for each, and no other."""
    changes = re.findall(r"^  (\w+): (?:is|\()", (CLIENT / "src" / "changes.ts").read_text(), re.MULTILINE)
    rows = re.findall(r"^\| `([A-Z]\w+)` \|", (CLIENT / "README.md").read_text(), re.MULTILINE)
    assert len(rows) == 5
    assert rows == changes


def test_the_page_tells_what_to_do_in_each_state() -> None:
    """Its table has a row for each, and no other."""
    page = (CLIENT / "README.md").read_text()
    assert re.findall(r"^\| `([a-z-]+)` \|", page, re.MULTILINE) == STATES

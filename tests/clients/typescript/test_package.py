"""What the client is as a package: how much it weighs, what it needs, and that its types are those of the contract."""

import gzip
import json
import re
from pathlib import Path

from devtools.node_packages import CLIENT, tool
from devtools.places import ROOT
from tests.clients.typescript.node import run

MOST_BYTES = 6 * 1024
STATES = re.findall(r'readonly state: "([a-z-]+)"', (CLIENT / "src" / "outcome.ts").read_text())
EVERY_STATE = "".join(f'"{state}": () => 0, ' for state in STATES)
SWITCH = "".join(f'case "{state}": return 0; ' for state in STATES)


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
    settings |= {"noEmit": True, "rootDir": "/", "typeRoots": [str(CLIENT / "node_modules" / "@types")]}
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
import type { BookingRequest, Outcome } from "switchboard-client";
declare const outcome: Outcome;
"""


def test_a_program_that_forgets_a_state_does_not_compile(tmp_path: Path) -> None:
    """Each state in turn, in `match` and in a `switch`; the same program with all states compiles."""
    sources = {
        "whole": f"{HEAD}match(outcome, {{ {EVERY_STATE} }});",
        "whole_switch": f"{HEAD}export function f(): number {{ switch (outcome.state) "
        f"{{ {SWITCH} default: return unhandled(outcome); }} }}",
        "unread": f"{HEAD}outcome.booking.BookingID;",
        "keyless": HEAD + 'createClient({ baseUrl: "", token: () => null });',
        "phoneless": HEAD + 'export const b: BookingRequest = { BookUserID: 1, SessionDate: "", Duration: 15, '
        'Method: 1, Credits: 1, AcceptBy: "" };',
    }
    for number, state in enumerate(STATES):
        less = EVERY_STATE.replace(f'"{state}": () => 0, ', "")
        sources[f"match_without_{number}"] = f"{HEAD}match(outcome, {{ {less} }});"
        less = SWITCH.replace(f'case "{state}": return 0; ', "")
        sources[f"switch_without_{number}"] = (
            f"{HEAD}export function f(): number {{ switch (outcome.state) {{ {less} default: return unhandled(outcome); }} }}"
        )
    assert len(STATES) == 9
    errors = compiled(tmp_path, **sources)
    assert {name for name, found in errors.items() if not found} == {"whole", "whole_switch"}
    for number, state in enumerate(STATES):
        (error,) = errors[f"match_without_{number}"]
        assert re.search(rf"""Property '"?{state}"?' is missing""", error)
    assert "account" in errors["keyless"][0]


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


def test_the_page_tells_what_to_do_in_each_state() -> None:
    """Its table has a row for each, and no other."""
    page = (CLIENT / "README.md").read_text()
    assert re.findall(r"^\| `([a-z-]+)` \|", page, re.MULTILINE) == STATES

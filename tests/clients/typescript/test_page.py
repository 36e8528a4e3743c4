"""The page of the client says what is so: its snippets run, as they stand, against the local stack."""

import re
from pathlib import Path

from devtools.node_packages import CLIENT
from devtools.proof.trials.scene.ground import Ground
from tests.clients.typescript.node import NODE, run

PAGE = (CLIENT / "README.md").read_text()
SNIPPETS = re.findall(r"```ts\n(.*?)```", PAGE, re.DOTALL)
WORLD = """
const kept = new Map<string, string>();
Object.defineProperty(globalThis, "localStorage", { value: {
  get length() { return kept.size; }, key: (index: number) => [...kept.keys()][index] ?? null,
  getItem: (name: string) => kept.get(name) ?? null, setItem: (name: string, text: string) => void kept.set(name, text),
  removeItem: (name: string) => void kept.delete(name),
} });
const readToken = async () => "stale-token";
const refreshToken = async () => "client-token";
const show = (...words: unknown[]) => console.log(words.join(" "));
const AsyncStorage = {};
const getRandomBytes = (length: number) => new Uint8Array(length);
Object.defineProperty(globalThis, "sessionStorage", { value: localStorage });
const keychain = {} as any;
const digest = (algorithm: string, bytes: any) => crypto.subtle.digest(algorithm, bytes);
"""
END = """
await priced();
await tapped();
await listed();
await started();
const page = await client.madeBookings();
if (page.state === "found") await cancelled(page.answer.Bookings[0].BookingID);
await startedWithChanges();
console.log(kept.size, "kept");
"""


def test_the_snippets_of_the_page_book_once(
    stack: tuple[Ground, str], bundles: tuple[Path, Path], tmp_path: Path
) -> None:
    """Ask for the price, book, list and cancel with a token that has to be refreshed; nothing is left to do at the next start."""
    ground, url = stack
    ground.begin()
    ground.start()
    program = "\n".join([WORLD, *SNIPPETS, END])
    assert program.count("http://127.0.0.1:8000") == 1
    program = program.replace("http://127.0.0.1:8000", url)
    program = program.replace('"switchboard-client"', f'"{bundles[0].as_uri()}"')
    program = program.replace('"switchboard-client/node"', f'"{bundles[1].as_uri()}"')
    file = tmp_path / "page.mts"
    file.write_text(program)
    done = run(NODE, "--disable-warning=ExperimentalWarning", str(file))
    (booking,) = ground.sandbox.world.bookings
    price, told, listed, gone, left = done.stdout.splitlines()
    assert price.startswith("22.5 ")
    assert (told, listed) == (f"Booked {booking.booking_id} Pending", f"{booking.booking_id} Pending"), done.stderr
    assert (gone, booking.status) == (f"Cancelled {booking.booking_id} Cancelled", "Cancelled")
    assert left == "0 kept"

"""Both forms of the client at a stack whose upstream misbehaves, as the client for TypeScript is tried."""

from collections.abc import Callable
from itertools import count
from pathlib import Path

import httpx
import pytest

from devtools.proof.trials.scene.ground import Ground
from sandbox.faults.table import FAULTS
from switchboard_client import (
    CANCEL_MADE_BOOKING,
    Booked,
    Declined,
    FileStorage,
    Made,
    NotBooked,
    NotMade,
    Rejected,
    SignIn,
)
from tests.clients.python.forms import FORMS, World
from tests.clients.trouble import (
    CANCEL,
    PATHS_OF_CHANGES,
    SEEDS,
    Trouble,
    begin,
    begin_with_booking,
    drawn,
    passing,
)
from tests.integration.bookings import MEMBERS

ENDLESS = 1e9


def whole(response: httpx.Response) -> httpx.Response:
    """Return a response that has been read, for either form."""
    headers = {name: response.headers[name] for name in ("Content-Type", "Retry-After") if name in response.headers}
    return httpx.Response(response.status_code, headers=headers, content=response.content)


def losing(losses: list[str | None], send: Callable[[httpx.Request], httpx.Response]) -> Callable[..., httpx.Response]:
    """Lose requests before they leave, or their answers after they came, in the order of `losses`."""

    def handler(request: httpx.Request) -> httpx.Response:
        loss = losses.pop(0) if losses else None
        if loss == "before":
            raise httpx.ConnectError("the tunnel begins", request=request)
        response = whole(send(request))
        if loss == "after":
            raise httpx.ReadError("the tunnel begins", request=request)
        return response

    return handler


def world_of(stack: tuple[Ground, str], folder: Path, trouble: Trouble, http: httpx.Client) -> World:
    """Return a phone with the trouble of a seed."""
    ground, url = stack
    tokens = list(trouble.tokens)

    def token(rejected: str | None) -> str | None:
        if rejected is not None:
            tokens.pop(0)
        return tokens[0] if tokens else None

    return World(
        url,
        token,
        FileStorage(folder),
        lambda: ground.clock.now().timestamp(),
        passing(ground, trouble),
        losing(list(trouble.losses), http.send),
    )


@pytest.mark.parametrize("seed", range(SEEDS))
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_fault_strikes_the_client_ends_in_a_final_state_and_books_at_most_once(
    stack: tuple[Ground, str], tmp_path: Path, fault: str, form: str, seed: int
) -> None:
    """What the client tells is what the sandbox has, and what is over is forgotten."""
    trouble = drawn(fault, seed)
    begin(stack[0], trouble)
    with httpx.Client(timeout=35) as http:
        world = world_of(stack, tmp_path, trouble, http)
        intent = FORMS[form](world, "intend", MEMBERS)
        outcome = FORMS[form](world, "book", intent, patience_seconds=ENDLESS)
        pending = FORMS[form](world, "pending")
    bookings = stack[0].sandbox.world.bookings
    assert isinstance(outcome, Booked | Declined | NotBooked | SignIn | Rejected), outcome
    assert [one.booking_id for one in bookings] == (
        [outcome.booking["BookingID"]] if isinstance(outcome, Booked) else []
    )
    assert len(pending) == is_kept(outcome)


@pytest.mark.parametrize("seed", range(SEEDS))
@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_fault_strikes_a_change_ends_in_a_final_state_and_is_sent_at_most_once(
    stack: tuple[Ground, str], tmp_path: Path, fault: str, seed: int
) -> None:
    """What the client tells is how the booking stands at the sandbox; the forms take turns, for they share their core."""
    ground, trouble = stack[0], drawn(fault, seed, PATHS_OF_CHANGES)
    run = FORMS[("sync", "async")[(list(FAULTS).index(fault) + seed) % 2]]
    wanted = CANCEL_MADE_BOOKING.of({"BookingID": begin_with_booking(ground, trouble), "Reason": "Something came up"})
    with httpx.Client(timeout=35) as http:
        world = world_of(stack, tmp_path, trouble, http)
        outcome = run(world, "change", run(world, "intend_change", wanted), patience_seconds=ENDLESS)
        pending = run(world, "pending_changes")
    (booking,) = ground.sandbox.world.bookings
    assert isinstance(outcome, Made | Declined | NotMade | SignIn), outcome
    assert (booking.status == "Cancelled") is isinstance(outcome, Made), outcome
    assert ground.sandbox.journal.count(CANCEL) <= 1
    assert len(pending) == is_kept(outcome)


def is_kept(outcome: object) -> bool:
    """Tell whether an intent goes on after an outcome: the user signs in, or puts something right."""
    return isinstance(outcome, SignIn | Rejected) or (isinstance(outcome, Declined) and outcome.intent is not None)


def test_a_process_that_dies_while_it_books_gets_that_booking_after_its_start(
    stack: tuple[Ground, str], tmp_path: Path
) -> None:
    """The answer is lost with the process; another one, in the other form, goes on with what the first one kept."""
    ground, url = stack
    ground.begin()
    ground.start()
    attempts = count()

    def dying(request: httpx.Request) -> httpx.Response:
        assert next(attempts) == 0
        http.send(request)
        raise KeyboardInterrupt

    with httpx.Client(timeout=35) as http:
        world = World(url, lambda _: "client-token", FileStorage(tmp_path), lambda: 0.0, ground.clock.move_on, dying)
        intent = FORMS["sync"](world, "intend", MEMBERS)
        with pytest.raises(KeyboardInterrupt):
            FORMS["sync"](world, "book", intent)
    world = World(url, lambda _: "client-token", FileStorage(tmp_path), lambda: 0.0, ground.clock.move_on)
    (left,) = FORMS["async"](world, "pending")
    outcome = FORMS["async"](world, "book", left)
    (booking,) = ground.sandbox.world.bookings
    assert (outcome.booking["BookingID"], left, list(tmp_path.iterdir())) == (booking.booking_id, intent, [])

"""A function that dies at an await point, on the real adapters: nothing is lost, doubled or stuck, and nobody is lied to.

Here it dies at the points that write or send, under a few faults; `make crash-matrix` takes every point and every fault.
"""

import pytest

from chalicelib.domain.operation.operation import OperationState
from devtools.proof.trials import crash_matrix
from devtools.proof.trials.canary import DAY
from devtools.proof.trials.crash_matrix import Fate, Finding, Trial, Weather, fates_in, planned
from devtools.proof.trials.crash_matrix_report import report
from devtools.proof.trials.scene.client import Client
from devtools.proof.trials.scene.death import AwaitPoint, Death, KilledError
from devtools.proof.trials.scene.ground import Ground
from devtools.proof.trials.scene.throttle import Step, Throttle
from devtools.proof.trials.verdict import wrong_at_any_time, wrong_at_the_end

TOKEN, KEY = crash_matrix.TOKEN, crash_matrix.KEY
MOST_TRIES = {Step.CLAIM: 3, Step.CONCLUDE: 4, Step.RESOLVE: 4}
LOST, NOT_BOOKED = Weather("commit-then-drop"), Weather("reset-before-commit")


@pytest.mark.parametrize(
    ("weather", "methods"),
    [
        (Weather(), ("register.find", "store.conclude")),
        (LOST, ("gateway.create_booking", "store.conclude", "store.resolve")),
        (NOT_BOOKED, ("store.claim", "gateway.create_booking")),
        (Weather(throttled=(Step.CONCLUDE,)), ("store.conclude",)),
    ],
    ids=["fine", "answer lost", "not booked", "index throttled"],
)
def test_a_function_that_dies_in_its_first_call_loses_doubles_and_blocks_nothing(
    ground: Ground, weather: Weather, methods: tuple[str, ...]
) -> None:
    """Before and after each of its calls to the world; the client goes on until it is served."""
    for fate in fates_in(0, [AwaitPoint(method, 1) for method in methods]):
        finding = Trial(ground, weather, fate).run()
        assert (str(fate), finding.has_died, finding.wrong) == (str(fate), True, ())


@pytest.mark.parametrize("weather", [weather for weather in crash_matrix.WEATHERS if weather.throttled], ids=str)
def test_a_throttled_index_loses_doubles_and_blocks_nothing(ground: Ground, weather: Weather) -> None:
    """It refuses the claim, the conclusion or what reads have told; each is asked for with all its tries, and settled later."""
    trial = Trial(ground, weather)
    finding = trial.run()
    assert finding.wrong == ()
    assert set(trial.throttle.struck) == set(weather.throttled)
    assert min(trial.throttle.struck.values()) >= MOST_TRIES[weather.throttled[0]]


def test_a_conclusion_that_a_hot_index_refuses_is_told_all_the_same(ground: Ground) -> None:
    """The booking stands: 201 with its record pending, and the repeat sends nothing and gets the same."""
    ground.begin()
    ground.start(throttle=Throttle(Step.CONCLUDE))
    client = Client(ground)
    first = client.book(TOKEN, KEY)
    assert (first.status, first.headers["audit-status"]) == (201, "pending")
    ground.start()
    assert client.book(TOKEN, KEY).problem == "operation-in-progress"
    ground.clock.move_on(crash_matrix.LEASE_IS_OVER_SECONDS)
    again = client.book(TOKEN, KEY)
    assert (again.status, again.document["BookingID"]) == (201, first.document["BookingID"])
    assert len(ground.sandbox.world.bookings) == 1


def test_a_claim_that_a_hot_index_refuses_sends_nothing(ground: Ground) -> None:
    """503, and the same request books when the index has cooled down."""
    ground.begin()
    ground.start(throttle=Throttle(Step.CLAIM))
    client = Client(ground)
    assert client.book(TOKEN, KEY).problem == "store-unavailable"
    assert (ground.sandbox.world.bookings, ground.ledger.operations()) == ((), [])
    ground.start()
    assert client.book(TOKEN, KEY).status == 201


def test_a_function_that_dies_while_it_finds_out_what_became_of_a_booking_finds_out_the_next_time(
    ground: Ground,
) -> None:
    """The lease is over by the client's third call, which writes what the list says."""
    for fate in fates_in(2, [AwaitPoint("store.resolve", 1)]):
        finding = Trial(ground, NOT_BOOKED, fate).run()
        assert finding.wrong == ()


def test_a_function_that_dies_in_the_last_of_the_calls_is_followed_by_more_of_them(ground: Ground) -> None:
    """A client that is not served yet goes on, under a third key if it must: the trial may not end before it."""
    finding = Trial(ground, NOT_BOOKED, Fate(7, Death(AwaitPoint("store.claim", 1), "after"))).run()
    assert (finding.has_died, finding.wrong) == (True, ())


def test_every_point_of_a_call_is_in_the_plan_and_equal_courses_are_tried_once() -> None:
    """Two faults that lead to the same later calls share their deaths; the first call's are tried for both."""
    claim, find = AwaitPoint("store.claim", 1), AwaitPoint("store.find", 1)
    plan = planned({"created": Finding([(claim,), (claim, find)]), "redirect": Finding([(claim,), (find, claim)])})
    first_call = ["call 0, before store.claim#1", "call 0, after store.claim#1"]
    assert [str(fate) for fate in plan["redirect"]] == first_call
    assert [str(fate) for fate in plan["created"]] == [
        *first_call,
        *(f"call 1, {side} {point}" for point in (claim, find) for side in ("before", "after")),
    ]


def test_a_point_that_was_not_met_again_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """In a trial whose function lived on, nothing was shown."""
    dry, missed, met = Finding(), Finding(), Finding(has_died=True)
    named = {"fine: nobody dies": dry, "fine: call 0, before a.b#1": missed, "fine: call 0, after a.b#1": met}
    assert report(1, list(named.items()), 1.0) == 0
    told = capsys.readouterr().out
    assert "NOT MET  fine: call 0, before a.b#1\n" in told
    assert "the function died in 1; points not met again: 1" in told


def test_the_verdict_finds_what_is_wrong(ground: Ground) -> None:
    """A trial that could not fail would prove nothing: break each rule behind the app's back."""
    ground.begin()
    ground.start()
    client = Client(ground)
    booked = client.book(TOKEN, KEY).document["BookingID"]
    assert list(wrong_at_the_end(ground, client.told)) == []
    world = ground.sandbox.world
    (booking,) = world.bookings
    world._bookings[booking.booking_id + 1] = booking  # noqa: SLF001 (a second booking that nobody asked for)
    assert any(fault.startswith("duplicated") for fault in wrong_at_any_time(ground, client.told))
    world.reset()
    kinds = {fault.partition(":")[0] for fault in wrong_at_any_time(ground, client.told)}
    assert kinds == {"misnamed", "untrue"}
    ground.start(Death(AwaitPoint("store.conclude", 1), "before"))
    with pytest.raises(KilledError):
        client.book(TOKEN, crash_matrix.NEW_KEY, SessionDate=f"{DAY} 20:30")
    wrong = list(wrong_at_the_end(ground, client.told))
    assert {fault.partition(":")[0] for fault in wrong} == {"lost", "stuck", "misnamed", "untrue"}
    assert ground.ledger.operations()[-1].state is OperationState.SENDING
    assert booked


def test_after_its_death_nothing_gets_out_of_a_function(ground: Ground) -> None:
    """No thread of it sends, reads or writes any more."""
    ground.begin()
    ground.start(Death(AwaitPoint("store.claim", 1), "before"))
    client = Client(ground)
    with pytest.raises(KilledError):
        client.book(TOKEN, KEY)
    with pytest.raises(KilledError):
        client.book(TOKEN, KEY)
    assert ground.sandbox.world.bookings == ()
    assert ground.ledger.operations() == []

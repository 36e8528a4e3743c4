"""The parts of the benchmark work and fit together; how fast anything is, no test asks."""

import json
import socket
import ssl
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from devtools.bench import __main__ as bench
from devtools.bench import backlog, growth, instructions, load, starts, weights
from devtools.bench.figures import Budget, Figure, Ratio, beside_peers, compared
from devtools.bench.ground import aws_stub
from devtools.bench.ground.bookings import Bookings, WrongAnswerError, require_booked
from devtools.bench.ground.certificate import write_certificate
from devtools.bench.ground.processes import Child, ChildError
from devtools.bench.ground.proxy import Relay
from devtools.bench.ground.setting import Setting
from devtools.bench.ground.worker import LOG, call, peak_kib
from devtools.bench.page import BEGIN, END, PAGE, record
from devtools.bench.report import table
from devtools.deploy.package import Package

ABOVE, BELOW, FLOOR = Budget(1.4, is_ratio=True), Budget(100, 95), Budget(2.5, is_ratio=True, is_floor=True)


def booked(event: dict[str, Any]) -> dict[str, Any]:
    """Return a right answer to an event."""
    asked = json.loads(event["body"])
    return {
        "BookingID": 7,
        "Duration": asked["Duration"],
        "Credits": asked["Credits"],
        "SessionDate": f"{asked['SessionDate'].replace(' ', 'T')}:00",
        "AcceptedDate": None,
        "Comments": asked["Comments"],
        "Candidate": {"UserID": asked["BookUserID"]},
    }


@contextmanager
def shouting_server() -> Iterator[int]:
    """Serve one connection at a time that sends back in capitals what it gets; the port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ended = False

        def serve() -> None:
            while True:
                connection, _ = listener.accept()
                with connection:
                    if ended:
                        return
                    while piece := connection.recv(1000):
                        connection.sendall(piece.upper())

        thread = Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            ended = True
            socket.create_connection(listener.getsockname()).close()
            thread.join()


def test_no_two_bookings_of_a_run_are_for_the_same_minute_or_under_the_same_key() -> None:
    """A guard or a replay would answer instead of a booking."""
    events = Bookings().events(1500)
    assert len({json.loads(event["body"])["SessionDate"] for event in events}) == 1500
    assert len({event["headers"]["Idempotency-Key"] for event in events}) == 1500


def test_a_right_answer_counts_as_a_sample() -> None:
    """The booking that was asked for, with every checked value."""
    events = Bookings().events(2)
    require_booked(events, [(201, json.dumps(booked(event))) for event in events])


@pytest.mark.parametrize(
    "wrong",
    [
        lambda right: (503, json.dumps(right)),
        lambda right: (201, json.dumps(right | {"BookingID": None})),
        lambda right: (201, json.dumps(right | {"Credits": 32.5})),
        lambda right: (201, json.dumps(right | {"SessionDate": "2018-01-22T21:30:00"})),
        lambda right: (201, json.dumps(right | {"Candidate": {"UserID": 1}})),
        lambda right: (201, json.dumps(right | {"AcceptedDate": ""})),
    ],
)
def test_a_wrong_answer_breaks_the_run_off(wrong: Callable[[dict[str, Any]], tuple[int, str]]) -> None:
    """A quick wrong answer must not count as a quick answer."""
    events = Bookings().events(1)
    with pytest.raises(WrongAnswerError):
        require_booked(events, [wrong(booked(events[0]))])


def test_the_ratio_is_that_of_the_rounds_and_not_of_the_medians() -> None:
    """When the machine becomes three times slower half way, the ratio stays."""
    assert Ratio.of([2, 2, 6, 6], [1, 1, 3, 3]) == Ratio(2, 2, 2)
    assert Ratio.of([3], [2]).median == 1.5


@pytest.mark.parametrize(
    ("ours", "baseline", "budget", "within"),
    [
        ([14, 14], [10, 10], ABOVE, True),
        ([15, 15], [10, 10], ABOVE, False),
        ([100, 100], [1, 1], BELOW, True),
        ([101, 101], [200, 200], BELOW, False),
        ([25, 25], [10, 10], FLOOR, True),
        ([24, 24], [10, 10], FLOOR, False),
        ([1, 1], [1, 1], None, None),
    ],
)
def test_a_budget_is_held_against_the_ratio_or_our_own_value(
    ours: list[float], baseline: list[float], budget: Budget | None, *, within: bool | None
) -> None:
    """Some budgets are relative, some absolute, one is the other way round."""
    assert compared("1", "a figure", "ms", (ours, baseline), budget).is_within is within


def test_the_table_says_what_is_within_and_what_is_not() -> None:
    """Rows by number, a broken budget in capitals, what is tried for, no verdict without a budget or a value."""
    figures = [
        Figure("10", "later", "µs", 67.25, 180, 31, Ratio(2.7, 2.7, 2.7), FLOOR),
        Figure("4", "hops", "", 5, 4, 2, budget=Budget(4)),
        Figure("8", "zip", "MB", 8.604, None, 1, budget=Budget(8, 6)),
        compared("1", "cold", "ms", ([140, 150], [100, 100]), Budget(1.5, 0.65, is_ratio=True)),
        compared("2", "import", "ms", ([1], [1])),
        Figure("1b", "unmeasured", "M", None, None, 0, budget=ABOVE),
    ]
    rows = table(figures).splitlines()[2:8]
    assert [row.split()[:2] for row in rows] == [
        ["1", "cold"],
        ["1b", "unmeasured"],
        ["2", "import"],
        ["4", "hops"],
        ["8", "zip"],
        ["10", "later"],
    ]
    assert "145 ms" in rows[0]
    assert "1.45 (1.42 to 1.48)  ratio ≤ 1.50  ratio ≤ 0.65  yes" in rows[0]
    assert "yes" not in rows[1]
    assert "NO" not in rows[1]
    assert "≤" not in rows[2]
    assert rows[3].split()[-2:] == ["NO", "2"]
    assert rows[4].split()[2:] == ["8.60", "MB", "≤", "8", "MB", "≤", "6", "MB", "NO", "1"]
    assert "67.2 µs" in rows[5]
    assert "2.70                 ratio ≥ 2.50                yes" in rows[5]


def test_the_peers_stand_below_with_their_ratio_to_the_baseline() -> None:
    """A row for each figure that they have, a column for each of them."""
    cold = beside_peers(compared("1", "cold", "ms", ([150], [100])), [100], [("Somebody", [170])])
    rows = table([cold, compared("2", "alone", "ms", ([1], [1]))]).splitlines()
    place = next(number for number, row in enumerate(rows) if row.startswith("beside"))
    assert rows[place].split() == ["beside", "Switchboard", "bare", "Somebody"]
    assert rows[place + 2].split() == ["1:", "cold", "150", "ms", "(1.50)", "100", "ms", "170", "ms", "(1.70)"]
    assert "alone" not in "".join(rows[place:])


def test_the_figures_are_kept_as_json(tmp_path: Path) -> None:
    """With what they depend on and whether each is within its budget."""
    path = tmp_path / "build" / "bench.json"
    bench.write(path, [compared("3", "wall", "ms", ([99], [98]), BELOW)], bench.surroundings())
    document = json.loads(path.read_text())
    assert {"python", "machine", "load", "at"} <= document.keys()
    assert document["figures"][0]["within"] is True
    assert document["figures"][0]["ratio"]["median"] == pytest.approx(99 / 98)


def test_the_relay_carries_bytes_both_ways_and_counts_connections() -> None:
    """One connection after the other, each with several requests."""
    with shouting_server() as port:
        relay = Relay(port)
        relay.start()
        for expected in (1, 2):
            with socket.create_connection(("127.0.0.1", relay.port)) as client:
                for _ in range(2):
                    client.sendall(b"hello")
                    assert client.recv(100) == b"HELLO"
            assert relay.connections == expected
        relay.stop()


def test_the_relay_ends_tls_with_a_certificate_that_clients_verify(tmp_path: Path) -> None:
    """As an upstream over TLS would look to the client."""
    public = write_certificate(tmp_path / "server.pem")
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(tmp_path / "server.pem")
    trusting = ssl.create_default_context(cadata=public.decode())
    with shouting_server() as port:
        relay = Relay(port, server)
        relay.start()
        with (
            socket.create_connection(("127.0.0.1", relay.port)) as plain,
            trusting.wrap_socket(plain, server_hostname="127.0.0.1") as client,
        ):
            client.sendall(b"hello")
            assert client.recv(100) == b"HELLO"
        relay.stop()


def test_a_call_is_timed_and_its_answers_are_kept() -> None:
    """One entry an event, and a context that still has time."""

    def function(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 (a context of Lambda's)
        return {"statusCode": 200, "body": f"{event['n']} {context.get_remaining_time_in_millis() > 0}"}

    reply = call(function, [{"n": 1}, {"n": 2}])
    assert reply["answers"] == [[200, "1 True"], [200, "2 True"]]
    assert reply["wall"] >= 0
    assert reply["cpu"] >= 0
    assert peak_kib() > 1000


def test_a_child_that_ends_is_reported(tmp_path: Path) -> None:
    """The run breaks off instead of waiting."""
    with Child(["-c", "print('ready')"], tmp_path, {}) as child:
        assert child.read() == "ready\n"
        with pytest.raises(ChildError):
            child.read()


def test_a_run_is_put_between_the_marks_of_the_page(tmp_path: Path) -> None:
    """In the place of the last one; what stands around it stays."""
    page = tmp_path / "performance.md"
    page.write_text(f"before\n{BEGIN}an older run\n{END}after\n")
    record([compared("1", "cold", "ms", ([150], [100]), ABOVE)], bench.surroundings(), page)
    lines = page.read_text().splitlines()
    assert (lines[0], lines[-1]) == ("before", "after")
    assert "an older run" not in lines
    assert "| # | figure | ours | bare | ratio (middle half) | budget | try for | within | samples |" in lines
    assert "| 1 | cold | 150 ms | 100 ms | 1.50 | ratio ≤ 1.40 |  | NO | 1 |" in lines
    record([], bench.surroundings(), page)
    assert page.read_text().count(BEGIN) == 1


def test_the_page_has_its_marks() -> None:
    """Else a run would be put at its end."""
    assert PAGE.read_text().partition(BEGIN)[2].count(END) == 1


def test_an_unknown_part_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """Before anything is built; the message names all parts."""
    assert bench.main(["cold", "tepid"]) == 2
    told = capsys.readouterr().err
    assert "'tepid'" in told
    assert all(part in told for part in bench.PARTS)


def test_a_part_does_not_replace_a_whole_run(capsys: pytest.CaptureFixture[str]) -> None:
    """The page would lose the other figures."""
    assert bench.main(["cold", bench.RECORD]) == 2
    assert "whole run" in capsys.readouterr().err


def test_what_was_put_is_there_for_a_get_by_any_part_of_it() -> None:
    """In its own table, until all is forgotten; no other row is looked at."""
    aws = aws_stub.Aws()
    item = {"pk": {"S": "key"}, "n": {"N": "1"}}
    aws.answer("PutItem", {"TableName": "one", "Item": item})
    assert aws.answer("GetItem", {"TableName": "one", "Key": {"pk": {"S": "key"}}}) == {"Item": item}
    assert aws.answer("GetItem", {"TableName": "one", "Key": {"pk": {"S": "other"}}}) == {}
    assert aws.answer("GetItem", {"TableName": "two", "Key": {"pk": {"S": "key"}}}) == {}
    aws.forget()
    assert aws.answer("GetItem", {"TableName": "one", "Key": {"pk": {"S": "key"}}}) == {}


def test_a_wrapped_data_key_opens_to_itself() -> None:
    """As one of KMS does."""
    aws = aws_stub.Aws()
    made = aws.answer("GenerateDataKey", {})
    assert aws.answer("Decrypt", {"CiphertextBlob": made["CiphertextBlob"]})["Plaintext"] == made["Plaintext"]


def test_the_share_of_bytecode_counts_modules_without_any(tmp_path: Path) -> None:
    """Beside its source, in place of it, or not at all."""
    archive = tmp_path / "deployment.zip"
    with zipfile.ZipFile(archive, "w") as opened:
        for name in ("app.py", "__pycache__/app.cpython-311.pyc", "package/module.pyc", "package/slow.py", "notes.txt"):
            opened.writestr(name, "")
    size, share = weights.zip_figures(archive)
    assert (size.ours, size.is_within) == (archive.stat().st_size / 1_000_000, True)
    assert share.ours == pytest.approx(200 / 3)
    assert (share.samples, share.is_within) == (2, False)


def test_a_machine_without_valgrind_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the table, beside the budget that nobody can judge."""
    monkeypatch.setenv("PATH", "")
    assert not instructions.can_count()
    cold, warm = starts.not_counted()
    assert "not measured: no valgrind" in cold.name
    assert (cold.ours, cold.is_within, warm.is_within) == (None, None, None)


def test_the_count_is_read_from_what_valgrind_tells() -> None:
    """Its last lines, with separators."""
    found = instructions.COUNT.search("==7== Cachegrind\n==7== I refs:        1,329,508,123\n")
    assert found is not None
    assert found[1] == "1,329,508,123"
    assert instructions.COUNT.search("==7== I   refs:      29,123")


@pytest.fixture(scope="module")
def setting(package: Package) -> Iterator[Setting]:
    """Start everything around the real zip."""
    with Setting(package.zip) as started:
        yield started


def test_everybody_books_from_a_cold_start_over_tls(setting: Setting) -> None:
    """Each in a process of its own, with nothing but what is deployed."""
    bookings = Bookings()
    variants = [setting.ours(), setting.baseline(), *setting.peers()]
    before = len(setting.sandbox.requests())
    for variant in variants:
        connections = setting.aws_line.connections(), setting.upstream_line.connections()
        seconds, reply = variant.cold_seconds(bookings.events(1))
        assert seconds > reply.import_seconds > 0
        assert reply.bookings == 1
        assert setting.aws_line.connections() > connections[0]
        assert setting.upstream_line.connections() > connections[1]
        assert variant.environment["ADULTWORK_BASE_URL"].startswith("https://")
        assert "HMAC_KEY" not in variant.environment or variant.name == "bare"
    posts = [call["path"] for call in setting.sandbox.requests()[before:] if call["method"] == "POST"]
    assert posts == ["/v1/PhoneChat/CreateBooking"] * len(variants)


def test_open_operations_are_there_and_are_settled_by_the_booking_that_is_measured(setting: Setting) -> None:
    """So each sample needs its own, and the list is read for them."""
    bookings = Bookings()
    setting.restock()
    growth.cost(setting, bookings, setting.database(), 2)
    calls = [call["path"].partition("?")[0] for call in setting.sandbox.requests()]
    assert growth.LIST in calls
    assert calls.count("/v1/PhoneChat/CreateBooking") == 3 + 2 * (2 + 1)
    assert setting.sandbox.control("GET", "faults") == []


def test_a_backlog_is_flagged_to_its_end_and_reckoned_up() -> None:
    """By the real use case on its threads; the figure is the time that 100,000 would take."""
    (figure,) = backlog.backlog(30)
    assert (figure.samples, figure.unit) == (30, "s")
    assert figure.ours is not None
    assert figure.ours > 0


def test_what_is_measured_works_as_in_a_stage(setting: Setting, tmp_path: Path) -> None:
    """A function that lacks something of its surroundings books all the same, takes longer, and says so in its log."""
    log = tmp_path / "log"
    log.touch()
    with setting.ours().with_settings(**{LOG: str(log)}).start() as function:
        function.book(Bookings().events(3))
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [(line["level"], line["event"]) for line in lines if line["event"] != "cold-start"] == [
        ("INFO", "request")
    ] * 3


def test_the_throttle_lets_through_what_it_has_saved_and_its_rate() -> None:
    """Of a hundred a second for ten seconds: a hundred, and 33 a second; what is slower passes whole."""
    asked = load.due(100, 10)
    passed = load.let_through(asked)
    assert passed[:100] == asked[:100]
    assert 100 + 33 * 9 <= len(passed) <= 100 + 33 * 10
    assert load.let_through(load.due(20, 10)) == load.due(20, 10)


def test_load_comes_when_it_is_due_and_tells_what_became_of_it(setting: Setting) -> None:
    """A short one: every booking is counted, and there are percentiles, failures and memory of it."""
    figures = list(load.load(setting, Bookings(), seconds=0.5))
    names = [figure.name for figure in figures]
    assert any(name.endswith("p99") for name in names)
    assert [figure.samples for figure in figures if figure.name == "  answered with a 5xx"] == [10, 5]
    (memory,) = [figure for figure in figures if "resident" in figure.name]
    assert memory.ours is not None
    assert memory.ours > 0.5

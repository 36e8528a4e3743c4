"""Measure XML to a typed booking beside xmltodict with the clean-up that its users write.

Both ways take the same bytes and must give the same `Booking`. They run in turn (ours, theirs, ours, ...), and only the
median of the ratios of one round counts, in CPU time: the machine's speed drifts and other programs take their turns,
but a ratio within a round hardly changes.
"""

import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence

import xmltodict

from chalicelib.adapters.adultwork.codec.bookings import BOOKING, BOOKINGS, CANDIDATE, MADE, PROFILE
from chalicelib.adapters.adultwork.codec.shape import Leaf
from chalicelib.adapters.adultwork.codec.wire import read_booking
from chalicelib.adapters.http.answer import UpstreamAnswer
from chalicelib.domain.booking.booking import Booking
from devtools.places import UPSTREAM_SAMPLES

SAMPLE = UPSTREAM_SAMPLES / "made-booking.xml"
INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
BUDGET = 2.5
REPEATS = 100
ONE_IN_A_SLICE = 20  # a single call is too short to time: the first one after the other reader runs on cold caches

_MEMBERS = {**BOOKING.by_name, **CANDIDATE.by_name}


def ours(answer: UpstreamAnswer) -> Booking:
    """Read one answer as the adapter does, content type included."""
    return read_booking(answer)


def theirs(answer: UpstreamAnswer) -> Booking:
    """Read one answer with xmltodict: names without prefixes, nil put right, our lexical checks, then the same model."""
    namespaces = {MADE: None, BOOKINGS: None, PROFILE: None, INSTANCE: "i"}
    document = xmltodict.parse(answer.body, process_namespaces=True, namespaces=namespaces)
    return Booking.read(_cleaned(document["MadeBooking"]))


def _cleaned(element: Mapping[str, object]) -> dict[str, object]:
    return {name: _value(name, value) for name, value in element.items() if not name.startswith("@")}


def _value(name: str, value: object) -> object:
    if isinstance(value, dict) and "#text" in value:
        value = value["#text"]
    if isinstance(value, dict):
        return None if value.get("@i:nil") == "true" else _cleaned(value)
    member = _MEMBERS[name]
    return member.convert(str(value or "")) if isinstance(member, Leaf) else value


def measure(rounds: int = 51) -> dict[str, float]:
    """Return medians: the ratios theirs / ours, and times in microseconds a document.

    `one` is the same document again and again, `hundred` are 100 different ones in a row.

    Raises:
        ValueError: the two readers do not give the same booking, so there is nothing to compare.
    """
    sample = SAMPLE.read_bytes()
    answer = _answer(sample)
    if ours(answer) != theirs(answer):
        msg = "the two readers disagree on the sample"
        raise ValueError(msg)
    row = [_answer(sample.replace(b"<BookingID>1<", b"<BookingID>%d<" % number)) for number in range(1, REPEATS + 1)]
    return {
        **_compare("one", [answer] * ONE_IN_A_SLICE, rounds * 5),
        **_compare("hundred", row, rounds),
    }


def _answer(body: bytes) -> UpstreamAnswer:
    return UpstreamAnswer(200, "application/xml; charset=utf-8", body)


def _compare(name: str, answers: Sequence[UpstreamAnswer], rounds: int) -> dict[str, float]:
    mine, yardstick = _in_turn(
        lambda: [ours(answer) for answer in answers], lambda: [theirs(answer) for answer in answers], rounds
    )
    ratios = [other / own for own, other in zip(mine, yardstick, strict=True)]
    return {
        f"{name}_ratio": round(statistics.median(ratios), 2),
        f"{name}_ours_us": _microseconds(mine, len(answers)),
        f"{name}_xmltodict_us": _microseconds(yardstick, len(answers)),
    }


def _in_turn(first: Callable[[], object], second: Callable[[], object], rounds: int) -> tuple[list[float], list[float]]:
    """Return the CPU seconds of each round; the first round warms up and does not count."""
    seconds: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds + 1):
        for kept, work in zip(seconds, (first, second), strict=True):
            started = time.process_time()
            work()
            kept.append(time.process_time() - started)
    return seconds[0][1:], seconds[1][1:]


def _microseconds(seconds: Sequence[float], documents: int = 1) -> float:
    return round(statistics.median(seconds) / documents * 1e6, 1)


def main() -> int:
    """Print the measurement; fail when a ratio is under the budget."""
    figures = measure()
    for name, figure in figures.items():
        print(f"{name:>20} {figure}")
    print(f"{'budget':>20} {BUDGET}")
    return 0 if min(figures["one_ratio"], figures["hundred_ratio"]) >= BUDGET else 1


if __name__ == "__main__":
    sys.exit(main())

"""The picture of a booking's path in CONTRIBUTING is the way that a booking takes."""

import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from devtools.places import ROOT
from devtools.proof.trials.scene.client import Client
from devtools.proof.trials.scene.ground import Ground

BESIDE = "∥"
LINE = re.compile(rf"^ *(?P<name>[\w.]+)(?P<is_beside> +{BESIDE})?", re.MULTILINE)
TOKEN, KEY = "client-token", "the-key-of-a-booking-on-its-way"


def pictured() -> list[tuple[str, bool]]:
    """Return the functions in the picture in their order, and whether each runs beside the others."""
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    drawn = page.partition("## The path of one booking")[2].partition("```text\n")[2].partition("```")[0]
    return [(f"chalicelib.{line['name']}", line["is_beside"] is not None) for line in LINE.finditer(drawn)]


@contextmanager
def watched() -> Iterator[list[str]]:
    """Note the functions that are called, in all threads that start meanwhile; each is noted when it is first called."""
    called: list[str] = []

    def note(frame: FrameType, event: str, _: object) -> None:
        name = f"{frame.f_globals.get('__name__')}.{frame.f_code.co_qualname}"
        if event == "call" and name not in called:
            called.append(name)

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        yield called
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


def test_a_booking_takes_the_path_of_the_picture(ground: Ground) -> None:
    """Everything that is pictured is called, and in this order, but for what runs beside."""
    ground.begin()
    ground.start()
    with watched() as called:
        assert Client(ground).book(TOKEN, KEY).status == 201
    assert {name for name, _ in pictured()} <= set(called)
    in_turn = [name for name, is_beside in pictured() if not is_beside]
    assert len(in_turn) > 20
    assert [name for name in called if name in in_turn] == in_turn

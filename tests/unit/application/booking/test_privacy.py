"""Whatever happens, personal data, tokens and keys are in no row, no error and no text of ours outside a seal."""

import traceback
import zlib
from collections.abc import Callable
from decimal import Decimal

import pytest

from chalicelib.application.booking.place_booking import PlaceBookingCommand
from chalicelib.domain.access import AccessToken
from chalicelib.domain.booking.form import JsonValue
from chalicelib.domain.errors import SwitchboardError, Trouble, UpstreamUnavailableError
from chalicelib.domain.time_budget import Deadline
from tests.builders import PRINCIPAL, members
from tests.unit.application.world import World

PHONE, SKYPE, COMMENTS, KEY = "07712345678", "live:canary-skype", "canary-comments \u00e9", "canary-key-0123456"
TOKEN = AccessToken("canary-token")
PRIVATE = (PHONE, SKYPE, "canary")
CALLED = members(PhoneNumber=PHONE, Comments=COMMENTS)
BY_SKYPE = members(Method=3, SkypeName=SKYPE, PhoneNumber=PHONE, Comments=COMMENTS)
LATE = UpstreamUnavailableError("late", trouble=Trouble.LATE)


def nothing(_: World) -> None:
    """Let all go well."""


SCENARIOS: dict[str, Callable[[World], None]] = {
    "booked": nothing,
    "refused": lambda world: world.gateway.will_decline(402, "Not today."),
    "token refused": lambda world: world.gateway.will_decline(401),
    "not sent": lambda world: world.gateway.will_refuse_connections(),
    "answer lost": lambda world: world.gateway.will_book_and_lose_the_answer(),
    "never answered": lambda world: world.gateway.will_time_out_after_send(),
    "claim failed": lambda world: world.store.will_fail_claim(),
    "claim half applied": lambda world: world.store.will_apply_claim_then_fail(),
    "conclusion failed": lambda world: world.store.will_fail_conclusion(),
    "vault failed": lambda world: world.vault.will_fail(),
    "list failed": lambda world: setattr(world.gateway, "list_failure", LATE),
    "too poor": lambda world: setattr(world.gateway, "credits", Decimal(1)),
    "not bookable": lambda world: setattr(world.gateway, "facts", type(world.gateway.facts)(is_bookable=False)),
}


@pytest.mark.parametrize("document", [CALLED, BY_SKYPE], ids=["phone", "skype"])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_nothing_private_is_kept_in_clear_or_told_in_an_error(scenario: str, document: dict[str, JsonValue]) -> None:
    """Book, repeat, tap under another key, wait and repeat again; then look through all rows, errors and values."""
    world = World()
    SCENARIOS[scenario](world)
    told: list[str] = []
    for seconds in (0, 60, 900):
        world.clock.tick(seconds)
        for key in (KEY, "canary-other-key-01", None):
            try:
                told.append(repr(world.place(document, idempotency_key=key, token=TOKEN)))
            except SwitchboardError as error:
                told.extend(traceback.format_exception(error))
                told.append(f"{error!r} {vars(error)}")
    rows = world.store.rows()
    assert "claimed" in rows or "refused" in rows
    for text in (rows, *told, repr(world.store.claims), repr(world.store.conclusions), repr(world.store.records())):
        assert not any(private in text for private in PRIVATE)


def test_what_is_sealed_is_there_and_can_only_be_opened() -> None:
    """Find the sealed texts in the rows: in none of their parts is there a word of what they hold."""
    world = World()
    answered = world.place(CALLED, idempotency_key=KEY, token=TOKEN)
    sealed = world.events(answered.operation_id)[1]["sealed_contact"]
    assert sealed in world.store.rows()
    seal = world.vault.unlock(PRINCIPAL.account, Deadline.after(world.clock.monotonic, 5))
    contact = zlib.decompress(seal.open(sealed, f"contact:{answered.operation_id}")).decode()
    assert contact == f'{{"PhoneNumber":"{PHONE}","Comments":"{CALLED["Comments"]}"}}'
    assert PHONE in answered.answer.body
    assert PHONE not in repr(answered)


def test_a_command_shows_neither_the_body_nor_the_token() -> None:
    """Print it, as a careless log line might."""
    shown = repr(PlaceBookingCommand(TOKEN, None, CALLED, "request-1", 26))
    assert "request-1" in shown
    assert not any(private in shown for private in PRIVATE)

"""What every OperationStore does with the names of people, in memory and on DynamoDB alike."""

from dataclasses import replace

from chalicelib.application.ports import Claimed
from chalicelib.application.register_ports import NamedMeanwhile
from chalicelib.domain.names import Names
from tests.contract.conftest import Stores
from tests.contract.records import (
    ANOTHER_EVENING,
    OTHER_KEY,
    claim,
    conclude,
    confirmed,
    enough_time,
    find,
    operation,
)

FIRST, SECOND = (f"p_{digit * 26}" for digit in "12")


def test_a_candidate_who_was_new_to_two_calls_has_the_name_that_the_first_one_gave(stores: Stores) -> None:
    """Claim two bookings, each with a name drawn for the same candidate: the second learns the first, and writes nothing."""
    first = replace(operation(1), names=Names(None, FIRST, is_candidate_new=True))
    second = operation(2, key=OTHER_KEY, session_date=ANOTHER_EVENING)
    second = replace(second, names=Names(None, SECOND, is_candidate_new=True))
    assert claim(stores.store, first) == Claimed()
    assert claim(stores.store, first) == Claimed(), "a repeat of the same request is no second call"
    assert claim(stores.store, second) == NamedMeanwhile(FIRST)
    assert stores.store.find(second.id, enough_time()) is None
    assert claim(stores.store, replace(second, names=Names(None, FIRST))) == Claimed()


def test_a_conclusion_may_be_written_without_the_clients_name(stores: Stores) -> None:
    """The register could not be read beside the POST: what became of the booking stands, and nobody is called anything."""
    unnamed = replace(operation(), names=Names(None, FIRST))
    claim(stores.store, unnamed)
    conclude(stores.store, unnamed, confirmed())
    record = find(stores.store, unnamed.id)
    assert record is not None
    assert (record.booking_id, record.names.client) == (confirmed().booking.booking_id, None)  # type: ignore[union-attr]

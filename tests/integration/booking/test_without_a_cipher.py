"""A machine that the cipher was not made for: bookings are made and told all the same, and nothing is kept unsealed."""

from tests.integration import bookings
from tests.integration.service import Service

KEY = "0123456789abcdef"


def test_a_made_booking_is_told_though_its_answer_cannot_be_sealed(service: Service) -> None:
    """Book, repeat and ask: 201 without a stored answer, a repeat that says so and sends nothing, and the state."""
    service.lose_cipher()
    answer = service.book(key=KEY)
    assert (answer.status, answer.header("Audit-Status"), service.posts) == (201, None, 1)
    operation = service.records.operation()
    assert (operation["state"], "answer" in operation) == ("CONFIRMED", False)
    assert bookings.PHONE not in service.records.text()
    assert service.book(key=KEY).kind == (409, "duplicate-booking")
    assert service.ask(operation["operation_id"]).document["operation_state"] == "CONFIRMED"
    assert service.posts == 1

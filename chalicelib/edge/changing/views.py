"""The views of changes: one makes any declared change, one tells how a change stands."""

from chalicelib.application.changing.make_change import ChangeCommand
from chalicelib.application.operations.get_operation import GetOperationCommand, OperationView
from chalicelib.domain.changing.change import Change
from chalicelib.domain.changing.operation import ChangeRecord
from chalicelib.edge.answer import Answer
from chalicelib.edge.changing.use_cases import Changes
from chalicelib.edge.exchange import Exchange
from chalicelib.edge.links import Links
from chalicelib.edge.representation import Document
from chalicelib.edge.request import bearer_token, idempotency_key, read_body, seconds_left
from chalicelib.edge.routes.operations import answered_with, standing_document
from chalicelib.edge.routes.phonechat import given_answer
from chalicelib.edge.strict_json import parse_object


def make(exchange: Exchange, changes: Changes, change: Change) -> Answer:
    """Make a change and give its final answer; 200 only for one that AdultWork made."""
    request = exchange.request
    command = ChangeCommand(
        change=change,
        token=bearer_token(request),
        idempotency_key=idempotency_key(request),
        members=parse_object(read_body(request, exchange.settings.maximum_body_bytes)),
        request_id=exchange.request_id,
        seconds_left=seconds_left(request),
    )
    return given_answer(changes.make.execute(command), exchange.links)


def show(exchange: Exchange, changes: Changes, command: GetOperationCommand) -> Answer:
    """Answer with a change of the caller's own account, reconciled if its outcome was unknown and can be read."""
    view = changes.get.execute(command)
    return answered_with(change_document(view, exchange.links), view.record)


def change_document(view: OperationView[ChangeRecord], links: Links) -> dict[str, Document]:
    """Return a change as a client reads it; its members are those of a booking's operation, but for what it is about."""
    about: dict[str, Document] = {"change": view.record.change, "BookingIDs": list(view.record.booking_ids)}
    return standing_document(view, links, about)

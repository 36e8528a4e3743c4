"""Taking records along: what meets the filters, or the evidence of one operation, as an archive that the browser keeps."""

from chalicelib.application.review.export_operations import ExportCommand, Package, TooMuch
from chalicelib.application.review.persons import UNKNOWN, UnknownPeople
from chalicelib.application.review.search_operations import SearchCommand
from chalicelib.application.review.sign_in import Session
from chalicelib.application.review.take_evidence import EvidenceCommand
from chalicelib.domain.review.exports.formats import FILES, USUAL
from chalicelib.edge.answer import Answer
from chalicelib.edge.console.addresses import active, address
from chalicelib.edge.console.desk import CONSOLE, EXPORT, Desk
from chalicelib.edge.console.forms import read_form
from chalicelib.edge.console.rendering import page
from chalicelib.edge.console.timeline import OPERATION, command_of, operation_page
from chalicelib.edge.review.query import REASON_MESSAGE, is_sound_reason
from chalicelib.edge.review.questions import search_command
from chalicelib.values import dataclass

EVIDENCE = f"{OPERATION}/evidence"
MEDIA_TYPE = "application/x-ustar"  # not application/x-tar, which Chalice and its gateways take for bytes
NO_FORMAT = "Choose one file at least."
TOO_MUCH = 400


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the form of an export holds, what is wrong with it, and how far an archive would have gone."""

    formats: tuple[str, ...]
    reason: str
    fault: str | None = None
    too_much: TooMuch | None = None


def show_export(desk: Desk, session: Session) -> Answer:
    """Show the filters of the address, and what may be taken along of what meets them; nothing is read yet."""
    return _page(desk, session, search_command(desk.exchange, session.token), Chosen(USUAL, session.reason or ""))


def export_operations(desk: Desk, session: Session) -> Answer:
    """Answer with the archive; where it would be too large, with a page that parts it."""
    given = read_form(desk, session)
    asked = search_command(desk.exchange, session.token)
    reason = given.get("reason", "").strip()
    formats = tuple(name for name in FILES if given.get(f"format_{name}"))
    if not formats or not is_sound_reason(reason):
        return _page(desk, session, asked, Chosen(formats, reason, REASON_MESSAGE if formats else NO_FORMAT))
    visit = desk.visit(session, reason)
    taken = desk.console.export.execute(ExportCommand(visit, asked.filter_, asked.client, asked.candidate, formats))
    if isinstance(taken, UnknownPeople):
        return _page(desk, session, asked, Chosen(formats, reason, UNKNOWN))
    if isinstance(taken, TooMuch):
        return _page(desk, session, asked, Chosen(formats, reason, too_much=taken))
    return _download(taken)


def take_evidence(desk: Desk, session: Session) -> Answer:
    """Answer with the evidence of an operation; without a sound reason with its page, and what is wrong."""
    reason = read_form(desk, session).get("reason", "").strip()
    command = command_of(desk, session)
    if not is_sound_reason(reason):
        timeline = desk.serving.show.execute(command)
        return operation_page(desk, session, timeline, status=400, evidence_fault=REASON_MESSAGE, reason=reason)
    taken = desk.console.evidence.execute(EvidenceCommand(desk.visit(session, reason), command.operation_id))
    answer = _download(taken)
    answer.operation_id = command.operation_id
    return answer


def _page(desk: Desk, session: Session, asked: SearchCommand, chosen: Chosen) -> Answer:
    given = desk.parameters()
    since = None if chosen.too_much is None else chosen.too_much.since
    edge = None if since is None else since.isoformat(timespec="milliseconds")
    answer = page(
        desk,
        "export.html",
        session,
        status=200 if chosen.fault is None and chosen.too_much is None else TOO_MUCH,
        here=export_address(given),
        search=address(given),
        active=active(given, asked.filter_, session.zone),
        files=FILES,
        chosen=chosen,
        since=since,
        newest=None if edge is None else export_address(given, **{"from": edge}),
        rest=None if edge is None else export_address(given, to=edge),
    )
    if answer.status_code != 200:  # noqa: PLR2004 (the usual one)
        answer.problem = "invalid-query"
    return answer


def export_address(given: dict[str, str], **changes: str | None) -> str:
    """Return the address of the export of a search, with filters changed."""
    return f"{EXPORT}{address(given, **changes).removeprefix(CONSOLE)}"


def _download(package: Package) -> Answer:
    headers = {"Content-Type": MEDIA_TYPE, "Content-Disposition": f'attachment; filename="{package.name}"'}
    return Answer(package.content.decode(), status_code=200, headers=headers)

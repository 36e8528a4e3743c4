"""Records that leave the desk through the console: the archive unpacks, and a third person verifies it without a network."""

import io
import json
import tarfile
from datetime import timedelta
from pathlib import Path

from click.testing import CliRunner, Result

from chalicelib.application.review.persons import UNKNOWN
from chalicelib.domain.audit.event import EventKind
from switchboard_cli.exits import Exit
from switchboard_cli.program import program
from tests.contract import records
from tests.contract.review.test_audit_index import following, opening
from tests.integration.exchange import Answer
from tests.integration.review.conftest import ReviewService
from tests.integration.review.test_review_over_http import ALL, BOOKED, CONTACT, DAY, NOW, sealed
from tests.integration.review.visitor import Visitor, form_key, hrefs, text

REASON = "Asked for by a court"
CLAIMS = [
    records.claim_event(records.operation(number, key=None, at=NOW - timedelta(seconds=number))) for number in (1, 2, 3)
]
ALL_FORMATS = {"format_jsonl": "1", "format_csv": "1", "format_ocsf": "1"}


def unpack(answer: Answer, into: Path) -> Path:
    """Unpack an archive as `tar -x` does; return the one folder that it makes."""
    assert (answer.status, answer.header("Content-Type")) == (200, "application/x-ustar")
    name = str(answer.header("Content-Disposition")).removeprefix('attachment; filename="').removesuffix('.tar"')
    with tarfile.open(fileobj=io.BytesIO(answer.body)) as tar:
        tar.extractall(into, filter="data")
    return into / name


def verified(folder: Path) -> dict[str, object]:
    """Return the verdict of the command line over a folder, as somebody without credentials gets it."""
    result = CliRunner().invoke(program, ["audit", "verify", str(folder), "--json"], env={"AWS_PROFILE": "none"})
    told: dict[str, object] = json.loads(result.stdout)
    return told


def last_look(service: ReviewService) -> dict[str, object]:
    """Return what the newest look says."""
    told: dict[str, object] = json.loads(service.looks()[-1]["canonical"]["S"])
    return told


def test_what_meets_the_filters_is_taken_along_and_verifies(review: ReviewService, tmp_path: Path) -> None:
    """Three files, and a manifest that names no person; a changed file is noticed."""
    review.put(*CLAIMS)
    visitor = Visitor(review).sign_in("rita")
    (way,) = [href for href in hrefs(visitor.open("/console?client=1001")) if "/console/export" in href]
    page = visitor.open(way)
    assert "Client: 1001" in text(page)
    answer = visitor.post(way, form_key(page), reason=REASON, **ALL_FORMATS)
    folder = unpack(answer, tmp_path)
    assert sorted(file.name for file in folder.iterdir()) == [
        "events.csv",
        "events.jsonl",
        "events.ocsf.jsonl",
        "manifest.json",
    ]
    manifest = json.loads((folder / "manifest.json").read_bytes())
    assert manifest["asked"] == {"client": "given"}
    verdict = verified(folder)
    assert (verdict["verdict"], verdict["operations"]) == ("clean", len(CLAIMS))
    look = last_look(review)
    assert (look["action"], look["why"], look["found"]) == ("export", REASON, len(CLAIMS))
    table = folder / "events.csv"
    table.write_bytes(table.read_bytes().replace(b"1001", b"1002"))
    assert verified(folder)["verdict"] == "tampered"


def test_who_is_unknown_is_told_so_by_the_search_and_by_its_export(review: ReviewService) -> None:
    """On both pages and in the API, with what to check: an empty list, or an empty archive, would say that they never booked."""
    review.put(*CLAIMS)
    visitor = Visitor(review).sign_in("rita")
    found = visitor.open("/console?client=3003003&candidate=3003004")
    shown = text(found)
    assert (found.status, "Unknown here: client and candidate. Nothing was searched." in shown) == (200, True)
    assert (UNKNOWN in shown, "Nothing meets" in shown) == (True, False)
    page = visitor.open("/console/export?client=3003003")
    answer = visitor.post("/console/export?client=3003003", form_key(page), reason=REASON, **ALL_FORMATS)
    assert (answer.status, UNKNOWN in text(answer)) == (400, True)
    look = last_look(review)
    assert (look["action"], look["asked"], look["found"]) == ("export", {"person": "in no event"}, 0)
    told = review.ask("/v1/audit/operations?client=3003003").document
    assert told["unknown_people"] == [{"parameter": "client", "what": UNKNOWN}]
    assert review.ask("/v1/audit/operations?client=1001").document["unknown_people"] == []


def test_one_operation_by_its_id_is_an_export_too(review: ReviewService, tmp_path: Path) -> None:
    """And filters that it does not meet leave nothing of it."""
    review.put(*ALL)
    visitor = Visitor(review).sign_in("rita")
    for more, count in (("", 1), ("&state=REJECTED", 0)):
        way = f"/console/export?operation={BOOKED.operation_id}{more}"
        answer = visitor.post(way, form_key(visitor.open(way)), reason=REASON, format_jsonl="1")
        folder = unpack(answer, tmp_path / str(count))
        assert json.loads((folder / "manifest.json").read_bytes())["operations"] == count


def test_a_form_without_a_reason_or_a_file_takes_nothing(review: ReviewService) -> None:
    """The page comes back with what is wrong, and it is no look."""
    visitor = Visitor(review).sign_in("rita")
    key = form_key(visitor.open("/console/export"))
    for fields, fault in (({"reason": "no", "format_csv": "1"}, "Send one reason"), ({"reason": REASON}, "Choose one")):
        answer = visitor.post("/console/export", key, **fields)
        assert (answer.status, fault in text(answer)) == (400, True)
    assert visitor.post("/console/export", "another", reason=REASON, format_csv="1").status == 400
    assert review.looks() == []


def test_the_evidence_of_a_day_and_a_candidate_verifies_without_a_network(
    review: ReviewService, tmp_path: Path
) -> None:
    """As the issue tells it: search, open, take along, and a third person verifies; a changed event is named."""
    review.put(BOOKED, following(BOOKED, EventKind.CONFIRMED), opening(9, NOW - timedelta(days=3)))
    visitor = Visitor(review).sign_in("rita")
    found = visitor.open(f"/console?from_day={DAY}&to_day={DAY}&zone=UTC&candidate={BOOKED.candidate}")
    (way,) = [href for href in hrefs(found) if "/operations/" in href]
    page = visitor.open(way)
    refused = visitor.post(f"{way}/evidence", form_key(page), reason="no")
    assert (refused.status, "Send one reason" in text(refused)) == (400, True)
    folder = unpack(visitor.post(f"{way}/evidence", form_key(page), reason=REASON), tmp_path)
    assert {"events.jsonl", "digests.jsonl", "proofs.jsonl", "public-key-1.pem", "index.html"} < {
        file.name for file in folder.iterdir()
    }
    look = last_look(review)
    assert (look["action"], look["why"], look["asked"]) == ("bundle", REASON, {"operation": BOOKED.operation_id})
    verdict = verified(folder)
    assert (verdict["events"], verdict["files"]) == (2, [])
    events = folder / "events.jsonl"
    events.write_bytes(events.read_bytes().replace(b"1001", b"1002", 1))
    assert verified(folder)["verdict"] == "tampered"


def test_there_is_no_evidence_of_what_nobody_knows(review: ReviewService) -> None:
    """To have asked is a look all the same."""
    visitor = Visitor(review).sign_in("rita")
    key = form_key(visitor.open("/console/export"))
    answer = visitor.post(f"/console/operations/{BOOKED.operation_id}/evidence", key, reason=REASON)
    assert (answer.status, last_look(review)["found"]) == (404, 0)


def unseal(service: ReviewService, *more: str) -> Result:
    """Run `switchboard audit unseal` of the booked operation over the tables of the service."""
    port = str(service.client.meta.endpoint_url).rpartition(":")[2]
    tables = ("--operations-table", service.operations_table, "--audit-table", service.audit_table, "--local", port)
    return CliRunner().invoke(program, ["audit", "unseal", BOOKED.operation_id, "--as", "ada", *tables, *more])


def test_contact_fields_open_on_the_command_line_with_a_reason(review: ReviewService) -> None:
    """As a table and as JSON; the look is an unmasking, with the reason. What nobody sealed is not there to open."""
    review.put(BOOKED)
    assert "No contact fields are stored" in unseal(review, "--why", REASON).output
    review.put(following(BOOKED, sealed_contact=sealed(review, BOOKED, CONTACT)))
    told = json.loads(unseal(review, "--why", REASON, "--json").stdout)
    assert (told["contact_state"], told["contact"]) == ("opened", CONTACT)
    assert str(CONTACT["PhoneNumber"]) in unseal(review, "--why", REASON).output
    look = last_look(review)
    assert (look["action"], look["why"], look["by"]) == ("unmask", REASON, "ada")
    count = len(review.looks())
    assert unseal(review).exit_code == Exit.WRONG_USE
    assert len(review.looks()) == count


def test_contact_fields_whose_key_is_gone_are_told_so(review: ReviewService) -> None:
    """The event stays, and nobody can open what it sealed."""
    review.put(BOOKED, following(BOOKED, sealed_contact=sealed(review, BOOKED, CONTACT)))
    review.client.delete_item(TableName=review.operations_table, Key={"pk": {"S": f"PERSON#{BOOKED.account}"}})
    result = unseal(review, "--why", REASON)
    assert (result.exit_code, "cannot be opened" in result.output) == (Exit.REFUSED, True)


def test_more_than_one_archive_holds_is_parted_by_time(review: ReviewService) -> None:
    """Without any filter, an answer reads some months of days: the page offers these, and what is older."""
    visitor = Visitor(review).sign_in("rita")
    answer = visitor.post("/console/export", form_key(visitor.open("/console/export")), reason=REASON, format_csv="1")
    assert (answer.status, "so nothing was taken" in text(answer)) == (400, True)
    (newest,) = [href for href in hrefs(answer) if href.startswith("/console/export?from=")]
    (rest,) = [href for href in hrefs(answer) if href.startswith("/console/export?to=")]
    assert newest.partition("=")[2] == rest.partition("=")[2]
    assert last_look(review)["found"] == 0

"""Check the faults that misbehave in the answer: its status, its form, its content."""

import gzip
import json
import xml.etree.ElementTree as ET
import zlib
from collections.abc import Callable

import pytest

from sandbox import SandboxServer
from sandbox.faults.broken_content import ECHOED, MEMBERS_OF_ENTRIES
from tests.unit.sandbox.caller import BALANCE, CREATE, MADE, PERMISSIONS, REQUIREMENTS, Caller, Seen

METHODS_OF = f"{REQUIREMENTS}?BookUserID=123456"
SCOPE = "account_phonechat_bookings"


@pytest.mark.parametrize("status", [200, 400, 401, 402, 403, 404, 408, 409, 422, 429, 500, 502, 503, 504, 520, 599])
def test_any_status_can_be_answered(server: SandboxServer, client: Caller, status: int) -> None:
    """Read a message under each status, with nothing booked."""
    server.faults.arm(CREATE, "status", status=status, message="so be it")
    seen = client.book()
    assert (seen.status, seen.json) == (status, {"Message": "so be it"})
    assert server.world.bookings == ()


def test_a_bad_status_may_hide_a_booking(server: SandboxServer, xml_client: Caller) -> None:
    """Answer 502 in XML after booking."""
    server.faults.arm(CREATE, "status", status=502, commit=True)
    assert xml_client.book().text.startswith("<Error><Message>")
    assert len(server.world.bookings) == 1


@pytest.mark.parametrize("value", [7, "7", "Wed, 21 Oct 2015 07:28:00 GMT"])
def test_a_status_may_say_when_to_come_back(server: SandboxServer, client: Caller, value: int | str) -> None:
    """Send Retry-After in seconds and as a date."""
    server.faults.arm(CREATE, "status", status=429, retry_after=value)
    assert client.book().headers["Retry-After"] == str(value)
    server.faults.arm(CREATE, "status", status=429)
    assert "Retry-After" not in client.book().headers


@pytest.mark.parametrize(("settings", "status", "booked"), [({}, 200, 0), ({"status": 403, "commit": True}, 403, 1)])
def test_a_page_may_come_instead(
    server: SandboxServer, client: Caller, settings: dict[str, int], status: int, booked: int
) -> None:
    """Receive HTML."""
    server.faults.arm(CREATE, "html", **settings)
    seen = client.book()
    assert seen.status == status
    assert seen.headers["Content-Type"].startswith("text/html")
    assert seen.body.startswith(b"<!DOCTYPE html>")
    assert len(server.world.bookings) == booked


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_leads_back_to_the_sandbox(server: SandboxServer, client: Caller, status: int) -> None:
    """Find the own address in Location, so that a repeated order would be seen."""
    server.faults.arm(CREATE, "redirect", status=status)
    seen = client.book()
    assert (seen.status, seen.headers["Location"]) == (status, server.url + CREATE)
    assert server.world.bookings == ()


def test_a_redirect_may_lead_elsewhere(server: SandboxServer, client: Caller) -> None:
    """Set the location."""
    server.faults.arm(CREATE, "redirect", location="http://127.0.0.1:9/else")
    assert client.book().headers["Location"] == "http://127.0.0.1:9/else"


@pytest.mark.parametrize("status", [200, 204])
def test_an_empty_answer_hides_a_booking(server: SandboxServer, client: Caller, status: int) -> None:
    """Receive no body although the booking was made."""
    server.faults.arm(CREATE, "empty", status=status)
    seen = client.book()
    assert (seen.status, seen.body) == (status, b"")
    assert len(server.world.bookings) == 1


def test_not_found_hides_an_existing_path(server: SandboxServer, client: Caller) -> None:
    """Receive the answer of an unknown path."""
    server.faults.arm(CREATE, "not-found")
    assert client.book().status == 404
    assert server.world.bookings == ()


@pytest.mark.parametrize(("fault", "status"), [("accepted", 202), ("created", 201)])
def test_success_may_have_another_status(server: SandboxServer, client: Caller, fault: str, status: int) -> None:
    """Receive the usual body under another success status."""
    server.faults.arm(CREATE, fault)
    seen = client.book()
    assert (seen.status, seen.json["BookingID"]) == (status, 1)


def test_a_huge_body_is_sound_but_long(server: SandboxServer, client: Caller) -> None:
    """Receive more than 256 KiB, readable to the patient."""
    server.faults.arm(CREATE, "huge-body")
    seen = client.book()
    assert len(seen.body) == 300_000 > 256 * 1024
    assert seen.json["BookingID"] == 1


def test_the_content_type_may_be_wrong(server: SandboxServer, client: Caller) -> None:
    """Receive JSON called plain text."""
    server.faults.arm(CREATE, "wrong-content-type")
    seen = client.book()
    assert seen.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert seen.json["BookingID"] == 1


def test_accept_may_be_ignored(server: SandboxServer, client: Caller, xml_client: Caller) -> None:
    """Receive JSON for XML and XML for JSON."""
    server.faults.arm(CREATE, "json-instead")
    server.faults.arm(CREATE, "xml-instead")
    assert xml_client.book().json["BookingID"] == 1
    assert client.book().text.startswith("<MadeBooking ")


def test_namespaces_may_be_wrong(server: SandboxServer, xml_client: Caller) -> None:
    """Receive well-formed XML of somebody else's model."""
    server.faults.arm(CREATE, "wrong-namespace")
    seen = xml_client.book()
    assert ET.fromstring(seen.body).tag.endswith("}MadeBooking")  # noqa: S314 - our own text
    assert b"schemas.datacontract.org" not in seen.body


@pytest.mark.parametrize("method", [1, 3])
def test_garbled_xml_cannot_be_read(server: SandboxServer, xml_client: Caller, method: int) -> None:
    """Receive an element that is opened twice, with and without a phone number."""
    server.faults.arm(CREATE, "garbled")
    seen = xml_client.book(Method=method, SkypeName="me")
    assert (b"<PhoneNumber>07123456789<PhoneNumber>" in seen.body) == (method == 1)
    with pytest.raises(ET.ParseError):
        ET.fromstring(seen.body)  # noqa: S314 - our own text


def test_a_document_type_may_be_declared(server: SandboxServer, xml_client: Caller) -> None:
    """Receive a DOCTYPE in front of a sound document."""
    server.faults.arm(CREATE, "doctype")
    assert xml_client.book().body.startswith(b"<!DOCTYPE MadeBooking [<!ENTITY")


@pytest.mark.parametrize(("settings", "start"), [({}, b"<?xml"), ({"is_true": True}, b"\xff\xfe<\x00?\x00")])
def test_the_encoding_may_be_odd(
    server: SandboxServer, xml_client: Caller, settings: dict[str, bool], start: bytes
) -> None:
    """Receive a declaration of UTF-16 that lies, and one that does not."""
    server.faults.arm(CREATE, "odd-encoding", **settings)
    assert xml_client.book().body.startswith(start)


@pytest.mark.parametrize("field", ECHOED)
def test_the_echo_may_differ(server: SandboxServer, client: Caller, field: str) -> None:
    """Compare two bookings: the answer lies, the record does not."""
    server.faults.arm(CREATE, "echo-differs", field=field)
    outer, _, inner = field.partition(".")
    told, honest = client.book().json[outer], client.book().json[outer]
    assert (told[inner] if inner else told) == ECHOED[field]
    assert (honest[inner] if inner else honest) != ECHOED[field]
    assert [(one.candidate.user_id, one.duration) for one in server.world.bookings] == [(123456, 15)] * 2


def test_the_echo_may_differ_to_taste(server: SandboxServer, client: Caller) -> None:
    """Set the value."""
    server.faults.arm(CREATE, "echo-differs", field="Duration", value=16)
    assert client.book().json["Duration"] == 16


def test_a_refusal_passes_through_a_fault_of_content(server: SandboxServer, client: Caller) -> None:
    """Break a rule under echo-differs."""
    server.faults.arm(CREATE, "echo-differs")
    assert client.book(Duration=1).status == 400


def statuses(seen: Seen) -> list[str]:
    """Return the statuses listed for the booking scope."""
    return [entry["Status"] for entry in seen.json["Permissions"] if entry["Permission"] == SCOPE]


def test_a_permission_may_be_revoked(server: SandboxServer, client: Caller) -> None:
    """Find another status than granted."""
    server.faults.arm(PERMISSIONS, "permission-status")
    server.faults.arm(PERMISSIONS, "permission-status", status="Granted")
    assert [statuses(client.get(PERMISSIONS)) for _ in range(3)] == [["revoked"], ["Granted"], ["granted"]]


def test_permissions_may_disagree(server: SandboxServer, client: Caller) -> None:
    """Find one scope twice with two statuses."""
    server.faults.arm(PERMISSIONS, "permission-conflict", scope=SCOPE, status="denied")
    assert statuses(client.get(PERMISSIONS)) == ["granted", "denied"]


def test_methods_may_have_other_names(server: SandboxServer, client: Caller, xml_client: Caller) -> None:
    """Rename both members in JSON and in XML."""
    server.faults.arm(REQUIREMENTS, "method-names", "forever", number="Method", available="Allowed")
    assert client.get(METHODS_OF).json["Methods"][0] == {"Method": 1, "Allowed": True}
    assert "<Allowed>true</Allowed><Method>1</Method>" in xml_client.get(METHODS_OF).text


@pytest.mark.parametrize(
    ("form", "first"),
    [
        ("no-flag", {"MethodID": 1}),
        ("no-number", {"IsAvailable": True}),
        ("two-flags", {"MethodID": 1, "IsAvailable": True, "IsPreferred": False}),
        ("texts", {"MethodID": 1, "IsAvailable": "Yes"}),
    ],
)
def test_methods_may_be_unreadable(server: SandboxServer, client: Caller, form: str, first: dict[str, object]) -> None:
    """Hide availability in each way."""
    server.faults.arm(REQUIREMENTS, "unreadable-methods", form=form)
    assert client.get(METHODS_OF).json["Methods"][0] == first


def test_the_list_of_bookings_may_have_other_names(server: SandboxServer, client: Caller) -> None:
    """Rename the wrapper's members."""
    server.faults.arm(MADE, "list-names")
    assert client.get(MADE).json == {"Pages": 0, "Page": 1, "Items": []}


def test_a_fault_of_content_leaves_a_scalar_alone(server: SandboxServer, client: Caller) -> None:
    """Read the balance under a fault that changes objects."""
    server.faults.arm(BALANCE, "echo-differs")
    assert client.balance() == "300"


@pytest.mark.parametrize(("coding", "undo"), [("gzip", gzip.decompress), ("deflate", zlib.decompress)])
def test_an_answer_may_come_in_a_coding_that_nobody_asked_for(
    server: SandboxServer, client: Caller, coding: str, undo: Callable[[bytes], bytes]
) -> None:
    """Undo it and read the booking."""
    server.faults.arm(CREATE, "content-coding", coding=coding)
    seen = client.book()
    assert seen.headers["Content-Encoding"] == coding
    assert json.loads(undo(seen.body))["BookingID"] == server.world.bookings[0].booking_id


@pytest.mark.parametrize("field", MEMBERS_OF_ENTRIES)
def test_a_list_may_begin_with_an_odd_booking(server: SandboxServer, client: Caller, field: str) -> None:
    """Find another's booking with a member that cannot be read before the one that was made; and none in an empty list."""
    server.faults.arm(MADE, "odd-entry", 2, field=field)
    assert client.get(MADE).json["Bookings"] == []
    booked = client.book().json
    odd, own = client.get(MADE).json["Bookings"]
    outer, _, inner = field.partition(".")
    assert (odd[outer][inner] if inner else odd[outer]) == "soon"
    assert own == booked

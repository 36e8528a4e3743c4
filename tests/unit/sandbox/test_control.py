"""Check the control requests below /_sandbox/."""

from datetime import UTC, datetime, timedelta

import pytest

from sandbox import SandboxServer
from tests.unit.sandbox.caller import BALANCE, CREATE, CREDENTIALS, DETAILS, PERMISSIONS, Caller, an_order


def test_the_journal_holds_everything_that_arrived_but_control_requests(client: Caller) -> None:
    """Send three kinds of requests and read two."""
    client.post(CREATE + "?x=1", b"\xffodd")
    client.get("/_sandbox/requests")
    client.get("/nowhere")
    first, second = client.get("/_sandbox/requests").json
    assert (first["method"], first["path"], first["body"]) == ("POST", CREATE + "?x=1", "\ufffdodd")
    assert first["headers"]["Authorization"] == "bearer client-token"
    assert datetime.now(UTC) - datetime.fromisoformat(first["time"]) < timedelta(minutes=1)
    assert (second["method"], second["path"], second["body"]) == ("GET", "/nowhere", "")


def test_reset_returns_everything_to_the_start(server: SandboxServer, client: Caller) -> None:
    """Change all there is, reset, and look; only the numbers of bookings go on."""
    client.book()
    server.faults.arm(CREATE, "status")
    seen = client.post("/_sandbox/reset")
    assert (seen.status, seen.body) == (204, b"")
    assert [client.get(f"/_sandbox/{name}").json for name in ("requests", "bookings", "faults")] == [[], [], []]
    assert client.balance() == "300"
    assert client.book().json["BookingID"] == 2


def test_reset_ends_what_is_under_way_without_effect(server: SandboxServer, client: Caller) -> None:
    """Reset while an order is held back: it never books."""
    server.faults.arm(CREATE, "drop-then-commit", seconds=0.1)
    assert client.raw() == b""
    client.post("/_sandbox/reset")
    server.stop()
    assert server.world.bookings == ()


def test_bookings_are_listed_with_their_account(server: SandboxServer, client: Caller) -> None:
    """Book as two accounts."""
    client.book()
    Caller(server, token="other-client-token").book()
    listed = client.get("/_sandbox/bookings").json
    assert [(one["AccountUserID"], one["BookingID"], one["Credits"]) for one in listed] == [
        (1001, 1, 32),
        (1002, 2, 32),
    ]


def test_faults_are_armed_listed_and_disarmed(client: Caller) -> None:
    """Arm two, meet one, list the other, disarm it."""
    order = {"path": CREDENTIALS, "fault": "status", "status": 503, "times": 1}
    assert client.post("/_sandbox/faults", order).status == 201
    client.post("/_sandbox/faults", {"path": CREATE, "fault": "latency", "times": "forever"})
    assert client.get(CREDENTIALS).status == 503
    armed = [{"path": CREATE.lower(), "fault": "latency", "times": "forever", "seconds": 1.0}]
    assert client.get("/_sandbox/faults").json == armed
    assert client.send("DELETE", "/_sandbox/faults").status == 204
    assert client.get("/_sandbox/faults").json == []


@pytest.mark.parametrize(
    ("body", "hint"),
    [
        (b"{", "not JSON"),
        ([], "not a JSON object"),
        ({"path": CREATE, "fault": "drop"}, "commit-then-drop"),
        ({"path": CREATE, "fault": 5}, "path and fault"),
        ({"path": CREATE, "fault": "latency", "times": 1.5}, "times"),
        ({"path": CREATE, "fault": "latency", "delay": 1}, "takes seconds"),
        ({"path": "/elsewhere", "fault": "latency"}, CREATE),
    ],
)
def test_an_unsound_fault_is_400_with_a_hint(client: Caller, body: object, hint: str) -> None:
    """Post nonsense and read what would be right."""
    seen = client.post("/_sandbox/faults", body)
    assert seen.status == 400
    assert hint in seen.json["message"]


@pytest.mark.parametrize(
    ("status", "member", "balance"),
    [
        ("Accepted", "AcceptedDate", "268"),
        ("Confirmed", "ConfirmedDate", "268"),
        ("Rejected", "RejectedReason", "300"),
        ("Cancelled", "CancelledReason", "300"),
    ],
)
def test_a_booking_can_be_moved_by_hand(client: Caller, status: str, member: str, balance: str) -> None:
    """Move it as the candidate would and read it as the client."""
    client.book()
    moved = client.post("/_sandbox/bookings/1", {"Status": status})
    assert (moved.status, moved.json["AccountUserID"]) == (200, 1001)
    seen = client.get(f"{DETAILS}?BookingID=1").json
    assert seen["Status"] == status
    assert seen[member] is not None
    assert client.balance() == balance


def test_a_candidate_may_ask_for_other_credits(client: Caller) -> None:
    """Accept at another price and see the difference paid."""
    client.book()
    client.post("/_sandbox/bookings/1", {"Status": "Accepted", "Credits": "40.5"})
    assert client.get(f"{DETAILS}?BookingID=1").json["Credits"] == 40.5
    assert client.balance() == "259.5000"


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("bookings/2", {"Status": "Accepted"}, 404),
        ("bookings/x", {"Status": "Accepted"}, 404),
        ("bookings/1", {"Status": "Lost"}, 400),
        ("bookings/1", {"Status": ["Accepted"]}, 400),
        ("bookings/1", {"State": "Accepted"}, 400),
        ("bookings/1", {}, 400),
        ("bookings/1", {"Status": "Rejected", "Reason": 1}, 400),
        ("accounts/7", {"credits": 1}, 404),
        ("accounts/1001", {"credits": "many"}, 400),
        ("accounts/1001", {"credits": "NaN"}, 400),
        ("accounts/1001", {"credits": "1e20"}, 400),
        ("accounts/1001", {"scopes": "all"}, 400),
        ("accounts/1001", {"money": 1}, 400),
    ],
)
def test_unsound_changes_are_refused(client: Caller, path: str, body: object, status: int) -> None:
    """Change what is not there, or to nonsense."""
    client.book()
    seen = client.post(f"/_sandbox/{path}", body)
    assert seen.status == status
    assert seen.json["message"]


@pytest.mark.parametrize(("money", "balance"), [("5", "5"), (5.25, "5.2500"), ("-3", "-3")])
def test_credits_can_be_set(client: Caller, money: object, balance: str) -> None:
    """Set them as a text and as a number, below zero even."""
    assert client.post("/_sandbox/accounts/1001", {"credits": money}).status == 204
    assert client.balance() == balance


def test_scopes_can_be_set(client: Caller) -> None:
    """Take all scopes away."""
    client.post("/_sandbox/accounts/1001", {"scopes": []})
    assert client.get(PERMISSIONS).json == {"Permissions": []}
    assert client.get(BALANCE).status == 403
    assert client.book().status == 403


def test_accounts_are_listed(client: Caller) -> None:
    """Read who there is."""
    listed = client.get("/_sandbox/accounts").json
    assert [(one["UserID"], one["credits"]) for one in listed][-2:] == [(1005, "1.0000"), (123456, "300.0000")]


@pytest.mark.parametrize(("method", "path"), [("GET", "reset"), ("GET", "nothing"), ("POST", "requests/1")])
def test_an_unknown_control_request_lists_the_known_ones(client: Caller, method: str, path: str) -> None:
    """Ask for what is not there."""
    seen = client.send(method, f"/_sandbox/{path}")
    assert seen.status == 404
    assert "POST /_sandbox/faults" in seen.json["message"]


def test_an_order_by_hand_is_as_good_as_any(client: Caller) -> None:
    """Keep the test's own order sound."""
    assert client.post(CREATE, an_order()).status == 200

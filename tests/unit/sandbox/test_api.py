"""Check the shared parts of the API: routing, authorization, negotiation."""

import http.client

import pytest

from chalicelib.domain.reading.endpoints import ENDPOINTS as READS
from sandbox import SandboxServer
from sandbox.adultwork.api import ENDPOINTS
from sandbox.adultwork.cast import CREDITS_SCOPE, PHONE_CHAT_SCOPE, TOKENS
from tests.unit.sandbox.caller import BALANCE, CREATE, CREDENTIALS, DETAILS, MADE, PERMISSIONS, REQUIREMENTS, Caller
from tests.unit.sandbox.conftest import StandingClock

DENIED = {"Message": "Authorization has been denied for this request."}


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("application/xml", "application/xml"),
        ("text/xml", "text/xml"),
        ("application/json", "application/json"),
        ("text/json", "text/json"),
        ("", "application/json"),
        ("*/*", "application/json"),
        ("text/html", "application/json"),
        ("application/json;q=0.5, application/xml", "application/xml"),
        ("application/xml;q=0, */*", "application/json"),
        ("APPLICATION/XML; q=1.0", "application/xml"),
        ("application/xml;q=odd", "application/json"),
    ],
)
def test_accept_chooses_the_format(server: SandboxServer, accept: str, content_type: str) -> None:
    """Ask in many ways and look at the content type."""
    seen = Caller(server, accept=accept).get(CREDENTIALS)
    assert seen.headers["Content-Type"] == f"{content_type}; charset=utf-8"
    assert seen.body.startswith(b"<" if "xml" in content_type else b"{")


@pytest.mark.parametrize("path", [CREDENTIALS.upper(), CREDENTIALS.lower(), "/v1/Account/VerifyCredentials"])
def test_paths_may_have_any_case(client: Caller, path: str) -> None:
    """Reach one endpoint by three spellings."""
    assert client.get(path).json["UserID"] == 1001


@pytest.mark.parametrize("authorization", ["", "bearer", "bearer nobody", "Basic client-token", "client-token"])
def test_without_a_known_token_the_answer_is_401(server: SandboxServer, authorization: str) -> None:
    """Leave the token out or spoil it."""
    seen = Caller(server, extra={"Authorization": authorization}).get(CREDENTIALS)
    assert (seen.status, seen.json) == (401, DENIED)


def test_a_refusal_is_written_in_the_asked_format(server: SandboxServer) -> None:
    """Read an error in XML."""
    seen = Caller(server, token="nobody", accept="text/xml").get(CREDENTIALS)
    assert seen.text == f"<Error><Message>{DENIED['Message']}</Message></Error>"


def test_the_scheme_may_have_any_case(server: SandboxServer) -> None:
    """Write it in capitals."""
    assert Caller(server, extra={"Authorization": "BEARER client-token"}).get(CREDENTIALS).status == 200


@pytest.mark.parametrize(
    ("token", "user_id", "scopes"),
    [
        ("client-token", 1001, [CREDITS_SCOPE, PHONE_CHAT_SCOPE]),
        ("refreshed-client-token", 1001, [CREDITS_SCOPE, PHONE_CHAT_SCOPE]),
        ("other-client-token", 1002, [CREDITS_SCOPE, PHONE_CHAT_SCOPE]),
        ("no-scope-token", 1003, [CREDITS_SCOPE]),
        ("no-balance-token", 1004, [PHONE_CHAT_SCOPE]),
        ("poor-token", 1005, [CREDITS_SCOPE, PHONE_CHAT_SCOPE]),
        ("performer-token", 123456, [CREDITS_SCOPE, PHONE_CHAT_SCOPE]),
    ],
)
def test_every_token_stands_for_its_account(server: SandboxServer, token: str, user_id: int, scopes: list[str]) -> None:
    """Ask who it is and what it may do; only granted scopes are listed."""
    caller = Caller(server, token=token)
    assert caller.get(CREDENTIALS).json["UserID"] == user_id
    expected = {"Permissions": [{"Permission": scope, "Status": "granted"} for scope in scopes]}
    assert caller.get(PERMISSIONS).json == expected


def test_the_cast_has_no_other_token() -> None:
    """Count them."""
    assert len(TOKENS) == 7


def test_permissions_in_xml_are_a_named_list(server: SandboxServer) -> None:
    """Look at the shape of a list inside an object."""
    text = Caller(server, token="no-balance-token", accept="application/xml").get(PERMISSIONS).text
    permission = f"<Permission>{PHONE_CHAT_SCOPE}</Permission><Status>granted</Status>"
    assert f"<Permissions><UserPermission>{permission}</UserPermission></Permissions>" in text


@pytest.mark.parametrize(
    ("token", "path"),
    [
        ("no-scope-token", f"{REQUIREMENTS}?BookUserID=123456"),
        ("no-scope-token", MADE),
        ("no-scope-token", f"{DETAILS}?BookingID=1"),
        ("no-balance-token", BALANCE),
    ],
)
def test_a_missing_scope_is_403(server: SandboxServer, token: str, path: str) -> None:
    """Call without the scope of the endpoint."""
    seen = Caller(server, token=token).get(path)
    assert seen.status == 403
    assert "scope" in seen.json["Message"]


@pytest.mark.parametrize(
    ("token", "balance"),
    [("client-token", "300"), ("other-client-token", "300"), ("no-scope-token", "300"), ("poor-token", "1")],
)
def test_every_account_starts_with_its_credits(server: SandboxServer, token: str, balance: str) -> None:
    """Read the bare number."""
    assert Caller(server, token=token).balance() == balance


def test_the_balance_in_xml_is_a_bare_scalar(xml_client: Caller) -> None:
    """Read the documented sample's form."""
    expected = '<int xmlns="http://schemas.microsoft.com/2003/10/Serialization/">300</int>'
    assert xml_client.get(BALANCE).text == expected


def test_an_unknown_path_is_404_with_a_detail(client: Caller) -> None:
    """Ask for nothing that exists."""
    seen = client.get("/v1/PhoneChat/Nothing")
    assert seen.status == 404
    assert set(seen.json) == {"Message", "MessageDetail"}


def test_the_wrong_method_is_405_with_the_right_one(client: Caller) -> None:
    """Get what has to be posted."""
    seen = client.get(CREATE)
    assert (seen.status, seen.headers["Allow"]) == (405, "POST")


def test_an_answer_to_head_has_no_body(client: Caller) -> None:
    """Send HEAD, which no endpoint takes."""
    seen = client.send("HEAD", CREDENTIALS)
    assert (seen.status, seen.body) == (405, b"")


def test_one_connection_serves_many_requests(server: SandboxServer, client: Caller) -> None:
    """Send two requests on one connection and see one in the journal."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    for _ in range(2):
        assert client.send_on(connection, "GET", CREDENTIALS).status == 200
    connection.close()
    assert len({request.connection for request in server.journal.requests}) == 1


def test_the_service_keeps_london_time(client: Caller, clock: StandingClock) -> None:
    """Book in summer: the clock of the answer is an hour ahead of UTC."""
    clock.move(days=150)
    created = client.book(SessionDate="2018-08-01 10:00", AcceptBy="2018-07-31 10:00").json["CreateDate"]
    assert created == "2018-06-19T13:34:56.789"


def test_every_read_that_switchboard_serves_has_an_answer_here() -> None:
    """Under the same path, method and scope."""
    here = {endpoint.path: (endpoint.method, endpoint.scope) for endpoint in ENDPOINTS}
    assert {one.path: ("GET", one.scope) for one in READS}.items() <= here.items()


def test_settings_are_those_of_the_account(client: Caller) -> None:
    """With a number that no telephone has."""
    assert client.get("/v1/PhoneChat/GetSettings").json == {
        "OfferDirectChat": False,
        "DirectChat": None,
        "PhoneChatNumber": "+447700900001",
        "ShowPhoneChatNumber": False,
        "PhoneChatPPM": 1.25,
    }

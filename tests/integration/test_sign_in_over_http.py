"""Sign-in over HTTP: pages and native apps at the sandbox's login, what goes wrong there, and what nobody may see."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qsl

import pytest

from tests.integration import bookings, exchange
from tests.integration.exchange import require_problem
from tests.integration.service import Service
from tests.integration.sign_ins import BEGIN, LOGIN_TOKEN, LOGOUT, PAGE, TOKEN, VERIFIER, Client, set_cookies, settings

Configure = Callable[..., Service]


@pytest.fixture
def signing(configured: Configure, running: Service) -> Service:
    """Return the service with sign-in on."""
    return configured(**settings(running.sandbox.url))


def test_a_page_signs_in_books_refreshes_and_logs_out(signing: Service) -> None:
    """The refresh token is in a cookie, sealed; the access token books."""
    page = Client(signing)
    granted = page.sign_in()
    assert granted.status == 200, granted.body
    assert granted.document.keys() == {"access_token", "token_type", "expires_in"}
    assert signing.book(token=granted.document["access_token"]).status == 201
    signing.sandbox.world.logins.end_access()
    assert signing.book(token=granted.document["access_token"]).slug == "invalid-token"
    renewed = page.refresh()
    assert (renewed.status, renewed.document["expires_in"]) == (200, 1200)
    assert signing.book(token=renewed.document["access_token"], key="another-key-of-1").slug == "duplicate-booking"
    assert page.post(LOGOUT).status == 204
    assert page.cookies == {}
    require_problem(page.refresh(), 401, "sign-in-refused")


def test_a_native_app_keeps_its_session_itself(signing: Service) -> None:
    """It sends no Origin and gets no cookie; what it keeps is sealed, and replaced at each refresh."""
    app = Client(signing, origin=None)
    granted = app.sign_in()
    assert (granted.status, set_cookies(granted)) == (200, [])
    renewed = app.refresh(refresh_token=granted.document["refresh_token"])
    assert renewed.status == 200
    assert renewed.document["refresh_token"] != granted.document["refresh_token"]


def test_a_page_never_gets_what_an_app_gets(signing: Service) -> None:
    """Neither at an app's address, nor with an app's session; nor an app with a page's."""
    page, app = Client(signing), Client(signing, origin=None)
    require_problem(page.begin(redirect_uri=app.redirect_uri), 401, "sign-in-refused")
    require_problem(app.begin(redirect_uri=PAGE), 401, "sign-in-refused")
    session = app.sign_in().document["refresh_token"]
    require_problem(page.refresh(refresh_token=session), 400, "malformed-request")
    page.sign_in()
    (cookie,) = page.cookies.values()
    require_problem(app.refresh(refresh_token=cookie), 401, "sign-in-refused")


def test_the_cookies_are_strict_and_no_scripts(signing: Service) -> None:
    """On loopback over plain http they cannot be secure; elsewhere they are."""
    begun = Client(signing).begin()
    (line,) = set_cookies(begun)
    assert line.partition("=")[2].partition("; ")[2] == "Path=/; Max-Age=600; HttpOnly; SameSite=Strict"


@pytest.mark.parametrize(("entrance", "prefix", "path"), [("", "__Host-", "/"), ("/dev", "__Secure-", "/dev/v1/oauth")])
def test_a_deployed_stage_sets_secure_cookies(configured: Configure, entrance: str, prefix: str, path: str) -> None:
    """Bound to the host where nothing else can stand under it, else to the path."""
    service = configured(**settings("https://platform.adultwork.com"))
    (line,) = set_cookies(Client(service, entrance=entrance).begin())
    assert line.startswith(f"{prefix}switchboard-sign-in-")
    assert line.endswith(f"; Path={path}; Max-Age=600; HttpOnly; Secure; SameSite=Strict")


def test_only_pages_of_allowed_origins_are_served_with_cookies(signing: Service) -> None:
    """The origin is named, never a wildcard; the routes of bookings take no cookies."""
    answer = Client(signing).begin()
    assert answer.header("Access-Control-Allow-Origin") == bookings.ORIGIN
    assert answer.header("Access-Control-Allow-Credentials") == "true"
    refused = Client(signing, origin="https://evil.example").begin()
    require_problem(refused, 401, "sign-in-refused")
    assert refused.header("Access-Control-Allow-Origin") is None
    assert refused.header("Access-Control-Allow-Credentials") is None
    asked = {"Origin": bookings.ORIGIN, "Access-Control-Request-Method": "POST"}
    preflight = exchange.send(signing.url, "OPTIONS", TOKEN, asked)
    assert (preflight.status, preflight.header("Access-Control-Allow-Credentials")) == (204, "true")
    other = exchange.send(signing.url, "OPTIONS", bookings.CREATE, asked)
    assert other.header("Access-Control-Allow-Credentials") is None
    assert signing.book().header("Access-Control-Allow-Credentials") is None


def test_a_session_is_of_one_origin(signing: Service) -> None:
    """The cookie of one allowed page is nothing in the hands of another."""
    page = Client(signing)
    page.sign_in()
    ((name, value),) = page.cookies.items()
    other = Client(signing, origin="https://app.example")
    other_name = next(iter(set_cookies(other.post(LOGOUT)))).partition("=")[0]
    assert other_name != name
    other.cookies = {other_name: value}
    require_problem(other.refresh(), 401, "sign-in-refused")


@pytest.mark.parametrize("wrong", [{"state": "another"}, {"code_verifier": VERIFIER[::-1]}, {"code": "another"}])
def test_what_does_not_belong_to_the_sign_in_is_refused(signing: Service, wrong: dict[str, str]) -> None:
    """State, verifier and code each."""
    page = Client(signing)
    begun = page.begin()
    require_problem(page.redeem(begun, page.come_back(begun), **wrong), 401, "sign-in-refused")


def test_a_code_that_another_browser_brings_is_not_sent(signing: Service) -> None:
    """Who has stolen the address that a browser came back to has neither its cookie nor its verifier."""
    page, thief = Client(signing), Client(signing)
    begun = page.begin()
    back = page.come_back(begun)
    require_problem(thief.redeem(begun, back), 401, "sign-in-refused")
    assert signing.calls(LOGIN_TOKEN) == 0
    assert page.redeem(begun, back).status == 200


@pytest.mark.parametrize("fault", ["reset-after-commit", "commit-then-drop", "garbled"])
def test_a_code_is_sent_once_whatever_becomes_of_the_answer(signing: Service, fault: str) -> None:
    """The repeat is refused before it is sent: a second use could end the session that the first one began."""
    page = Client(signing)
    begun = page.begin()
    back, cookies = page.come_back(begun), dict(page.cookies)
    signing.arm(LOGIN_TOKEN, fault if fault != "garbled" else "html")
    require_problem(page.redeem(begun, back), 401, "sign-in-refused")
    page.cookies = cookies
    require_problem(page.redeem(begun, back), 401, "sign-in-refused")
    assert signing.calls(LOGIN_TOKEN) == 1
    assert page.sign_in().status == 200


def test_a_code_that_was_not_sent_may_be_sent_again(signing: Service) -> None:
    """The login's port is closed: not a byte left us."""
    page = Client(signing)
    begun = page.begin()
    back = page.come_back(begun)
    signing.arm("*", "connect-refuse", seconds=30)
    problem = require_problem(page.redeem(begun, back), 503, "sign-in-unavailable")
    assert problem["retry_after_seconds"] == 5
    signing.sandbox.faults.clear()
    assert page.redeem(begun, back).status == 200


def test_two_tabs_that_refresh_at_once_both_end_with_a_session(signing: Service) -> None:
    """One of them is told to try again in a second, and meets the new cookie then."""
    page = Client(signing)
    page.sign_in()
    signing.arm(LOGIN_TOKEN, "slow-answer", seconds=0.5)
    tabs = [Client(signing, cookies=dict(page.cookies)) for _ in range(2)]
    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(lambda tab: tab.refresh(), tabs))
    assert sorted(answer.kind for answer in answers) == [(200, None), (409, "sign-in-in-progress")]
    winner, loser = sorted(zip(answers, tabs, strict=True), key=lambda pair: pair[0].status)
    assert loser[0].header("Retry-After") == "1"
    loser[1].cookies = winner[1].cookies
    assert loser[1].refresh().status == 200


@pytest.mark.parametrize(
    ("fault", "status", "expected"),
    [
        ("status", 500, "sign-in-unavailable"),
        ("status", 429, "sign-in-unavailable"),
        ("html", 200, "sign-in-unavailable"),
    ],
)
def test_a_refresh_that_failed_may_be_sent_again(signing: Service, fault: str, status: int, expected: str) -> None:
    """At once, with the same cookie."""
    page = Client(signing)
    page.sign_in()
    signing.arm(LOGIN_TOKEN, fault, status=status)
    require_problem(page.refresh(), 503, expected)
    assert page.refresh().status == 200


def test_an_address_that_asks_too_often_is_told_to_wait(configured: Configure, running: Service) -> None:
    """Nothing is sent to the login for it."""
    service = configured(**settings(running.sandbox.url, SIGN_INS_PER_MINUTE="1"))
    page = Client(service)
    answers = [page.begin() for _ in range(3)]
    assert answers[-1].slug == "too-many-sign-ins"  # the second may fall into the next minute
    assert 1 <= int(str(answers[-1].header("Retry-After"))) <= 60


def test_whoever_cancels_comes_back_without_a_code(signing: Service) -> None:
    """AdultWork leaves the code empty, and says so in `status`."""
    page = Client(signing)
    back = page.come_back(page.begin(), user="cancel")
    assert (back["code"], back["status"]) == ("", "cancelled")


@pytest.mark.parametrize(
    "members",
    [
        {}, {"grant_type": "password"}, {"grant_type": "refresh_token", "scope": "all"},
        {"grant_type": "authorization_code", "code": "x"}, {"grant_type": "refresh_token", "code": "x"}, {"grant_type": 1},
    ],
)  # fmt: skip
def test_a_body_that_cannot_be_used_is_told_member_by_member(signing: Service, members: dict[str, object]) -> None:
    """No value is repeated."""
    problem = require_problem(Client(signing).post(TOKEN, members), 400, "malformed-request")
    assert problem["violations"]


def test_where_sign_in_is_off_there_is_nothing(service: Service) -> None:
    """Neither the paths nor a word of them in the document."""
    for path in (BEGIN, TOKEN, LOGOUT):
        answer = Client(service).post(path)
        require_problem(answer, 404, "not-found")
        assert answer.header("Access-Control-Allow-Credentials") is None
        asked = {"Origin": bookings.ORIGIN, "Access-Control-Request-Method": "POST"}
        preflight = exchange.send(service.url, "OPTIONS", path, asked)
        assert (preflight.status, preflight.header("Access-Control-Allow-Credentials")) == (204, None)
    document = json.loads(service.send("GET", "/openapi.json").body)
    assert not [path for path in document["paths"] if "oauth" in path]
    assert "TokenGrant" not in document["components"]["schemas"]


def test_the_document_of_a_stage_with_sign_in_has_it(signing: Service) -> None:
    """With its schemas."""
    document = json.loads(signing.send("GET", "/openapi.json").body)
    assert {BEGIN, TOKEN, LOGOUT} <= document["paths"].keys()


def test_no_token_reaches_a_log_line_or_a_row(signing: Service, capfd: pytest.CaptureFixture[str]) -> None:
    """Nor a code, a state, a secret or an address."""
    page = Client(signing)
    begun = page.begin()
    back = page.come_back(begun)
    granted = page.redeem(begun, back)
    renewed = page.refresh()
    page.refresh()
    (cookie,) = page.cookies.values()
    sent = [request.body.decode() for request in signing.sandbox.journal.requests if request.path == LOGIN_TOKEN]
    refresh_token = dict(parse_qsl(sent[-1]))["refresh_token"]
    secrets = [
        *(answer.document["access_token"] for answer in (granted, renewed)),
        *(back["code"], back["state"], cookie, "sandbox-secret", VERIFIER, refresh_token, "127.0.0.1"),
    ]
    captured = capfd.readouterr()
    rows = repr(signing.records.text())
    for secret in secrets:
        assert secret
        assert secret not in captured.out + captured.err
        assert secret not in rows


def test_sign_in_is_made_once_for_a_process(signing: Service) -> None:
    """At the first call, and kept."""
    Client(signing).begin()
    assert signing.container.sign_in() is signing.container.sign_in()

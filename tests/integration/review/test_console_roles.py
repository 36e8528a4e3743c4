"""The role matrix of the console: every page, every role, no session, and every session that is none."""

import pytest

from chalicelib.edge.console.cookies import SESSION
from tests.contract.review.test_audit_index import opening
from tests.integration.review.conftest import ReviewService
from tests.integration.review.test_roles_over_http import BAD
from tests.integration.review.visitor import Visitor, form_key, text

OPERATION = f"/console/operations/{opening(1).operation_id}"
PAGES = (
    "/console",
    OPERATION,
    "/console/overview",
    "/console/open",
    "/console/retention",
    "/console/verify",
    "/console/export",
    "/console/people",
)
TAKING = {
    "export": ("/console/export?client=1001", {"format_jsonl": "1"}),
    "evidence": (f"{OPERATION}/evidence", {}),
    "verify": ("/console/verify", {"operation": opening(1).operation_id}),
}
FORMS = (OPERATION, "/console/sign-out", "/console/session", "/console/people", *(path for path, _ in TAKING.values()))
READS_NOTHING = ("/console/verify", "/console/export", "/console/people")
OPEN_TO_ALL = ("/console/sign-in", "/console/signed-out", "/console/files/console.css")


@pytest.mark.parametrize("user", ["rita", "uma", "carl", "nora"])
@pytest.mark.parametrize("page", [*(one for one in PAGES if one not in READS_NOTHING), "unmask"])
def test_a_role_opens_what_it_is_for_and_nothing_else(review: ReviewService, page: str, user: str) -> None:
    """Through the same door as the API: a refusal names the missing role, and is no look."""
    review.put(opening(1))
    visitor = Visitor(review).sign_in(user)
    looks = 0
    if page == "unmask":
        looks = int(user != "nora")
        answer = visitor.post(OPERATION, form_key(visitor.open(OPERATION)), reason="Complaint of a client")
        missing = None if user == "uma" else "reviewer" if user == "nora" else "unmask"
    else:
        answer = visitor.open(page)
        missing = "reviewer" if user == "nora" else None
    if missing is None:
        assert (answer.status, len(review.looks()) > looks) == (200, True)
    else:
        assert (answer.status, len(review.looks())) == (403, looks)
        assert f"This needs the role {missing}" in text(answer)


@pytest.mark.parametrize("user", ["rita", "uma", "carl", "nora"])
@pytest.mark.parametrize("what", TAKING)
def test_what_leaves_the_desk_leaves_for_reviewers_alone(review: ReviewService, what: str, user: str) -> None:
    """An archive or a verdict, and one look at it; whoever lacks the role gets neither."""
    review.put(opening(1))
    visitor = Visitor(review).sign_in(user)
    path, fields = TAKING[what]
    answer = visitor.post(path, form_key(visitor.open("/console/export")), reason="Complaint of a client", **fields)
    if user == "nora":
        assert (answer.status, review.looks()) == (403, [])
        assert "This needs the role reviewer" in text(answer)
    else:
        assert (answer.status, len(review.looks())) == (200, 1)


@pytest.mark.parametrize("page", READS_NOTHING)
def test_a_form_that_is_not_sent_reads_nothing(review: ReviewService, page: str) -> None:
    """Whoever is signed in sees it, and it is no look."""
    assert Visitor(review).sign_in("nora").open(page).status == 200
    assert review.looks() == []


@pytest.mark.parametrize("page", PAGES)
def test_without_a_session_nothing_is_told(review: ReviewService, page: str) -> None:
    """Not with a token in a header either, a caller's or a reviewer's; nor with a cookie that is none of ours."""
    review.put(opening(1))
    good = review.identity.provider.token("uma")
    session = Visitor(review).sign_in("uma").cookies[SESSION]
    for cookies in ({}, {SESSION: good}, {SESSION: f"{session[:-2]}AA"}, {SESSION: "x.y"}, {SESSION: "AAAA.AAAA"}):
        for token in ("", f"Bearer {good}", "Bearer client-token"):
            answer = Visitor(review, dict(cookies)).send(page, authorization=token)
            assert (answer.status, answer.body) == (303, b"")
            assert str(answer.header("Location")).startswith("/console/sign-in?next=%2Fconsole")
    twice = Visitor(review).send(page, cookie=f"{SESSION}={session}; {SESSION}={session}")
    assert twice.status == 303
    assert review.looks() == []


@pytest.mark.parametrize("page", FORMS)
def test_without_a_session_no_form_does_anything(review: ReviewService, page: str) -> None:
    """It leads to the sign-in."""
    answer = Visitor(review).post(page, "", reason="Complaint of a client")
    assert (answer.status, answer.header("Location")) == (303, "/console/sign-in?next=%2Fconsole")


@pytest.mark.parametrize("page", OPEN_TO_ALL)
def test_what_everybody_may_see_tells_nothing(review: ReviewService, page: str) -> None:
    """The page that signs in, the one after, and the style."""
    assert Visitor(review).send(page).status == 200
    assert review.looks() == []


@pytest.mark.parametrize("kind", BAD)
def test_no_bad_token_becomes_a_session(review: ReviewService, kind: str) -> None:
    """Whatever a provider hands out with a good ID token: the door looks at it before there is a cookie."""
    visitor = Visitor(review)
    provider = review.identity.provider
    back = visitor.begin("uma")
    provider.handed_out = BAD[kind](review.identity)
    try:
        answer = visitor.send(back)
    finally:
        provider.handed_out = None
    assert (answer.status, SESSION in visitor.cookies) == (401, False)


def test_a_session_ends_with_its_token(review: ReviewService) -> None:
    """A token that the door does not take any more leads to the sign-in, whatever the cookie says."""
    review.put(opening(1))
    visitor = Visitor(review).sign_in("rita")
    review.configure(REVIEW_AUDIENCE="another-api")
    assert visitor.send("/console").status == 303
    assert review.looks() == []

"""What an answer means: outcomes of the POST, and errors of reads."""

from decimal import Decimal

import pytest

from chalicelib.adapters.adultwork.faults import (
    classify_placement,
    classify_read,
    is_candidate_refused,
    is_not_permitted,
    refusal_message,
    translated_reads,
)
from chalicelib.adapters.http.answer import UnreadableAnswerError, UpstreamAnswer
from chalicelib.domain.booking.booking import ContactMethod
from chalicelib.domain.errors import InvalidTokenError, Trouble, UpstreamRefusedError, UpstreamUnavailableError
from chalicelib.domain.operation.operation import OperationState, Outcome
from tests.builders import LONDON, booking_request
from tests.unit.adapters.answers import json_answer, sample, xml_answer

REQUEST = booking_request(session_date="2018-01-22 21:30", duration=15, book_user_id=123456, credits=Decimal(8))
REFUSED_XML = "<Error><Message>No credits.</Message></Error>"
REFUSED_JSON = '{"Message": "No credits."}'


def outcome(answer: UpstreamAnswer) -> Outcome:
    """Classify an answer to the sample's request."""
    return classify_placement(answer, REQUEST, LONDON)


def unknown(answer: UpstreamAnswer, reason: str) -> Outcome:
    """Return the outcome that says that nothing is known but, of another booking, its id."""
    return Outcome(
        OperationState.UNKNOWN,
        reason,
        upstream_status=answer.status,
        trouble=Trouble.UNREADABLE,
        named_booking_id=1 if reason == "echo-differs" else None,
    )


@pytest.mark.parametrize("name", ["made-booking.xml", "made-booking.d2p1.xml", "made-booking.json"])
@pytest.mark.parametrize("status", [200, 201])
def test_a_typed_booking_that_echoes_the_request_is_confirmed(name: str, status: int) -> None:
    """Which of the two success codes the upstream uses is not documented."""
    result = outcome(sample(name, status))
    assert (result.state, result.reason, result.upstream_status) == (OperationState.CONFIRMED, "booked", status)
    assert result.booking is not None
    assert result.booking.booking_id == 1
    assert result.trouble is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ((b"123456", b"123457"), "echo-differs"),
        ((b"21:30:00", b"21:30:01"), "echo-differs"),
        ((b"2018-01-22T21", b"2018-02-22T21"), "echo-differs"),
        ((b"<Duration>15", b"<Duration>16"), "echo-differs"),
        ((b"<Method>1", b"<Method>2"), "echo-differs"),
        ((b"8.0000", b"8.0001"), "echo-differs"),
        ((b"<BookingID>1<", b"<BookingID>0<"), "unreadable-answer"),
        ((b"<BookingID>1<", b"<BookingID>-1<"), "unreadable-answer"),
        ((b"<BookingID>1<", b"<BookingID>2147483648<"), "unreadable-answer"),
        ((b"</MadeBooking>", b""), "unreadable-answer"),
    ],
)
def test_a_success_in_doubt_is_unknown(change: tuple[bytes, bytes], reason: str) -> None:
    """It may be another booking, or none; only a read can tell."""
    answer = xml_answer(sample("made-booking.xml").body.replace(*change))
    assert outcome(answer) == unknown(answer, reason)


@pytest.mark.parametrize("change", [(b"8.0000", b"8"), (b"44...", b"44*********"), (b">Pending<", b">Accepted<")])
def test_members_that_the_upstream_may_rewrite_are_not_compared(change: tuple[bytes, bytes]) -> None:
    """Contact fields may be masked, credits are numbers, and the status is the upstream's to tell."""
    assert outcome(xml_answer(sample("made-booking.xml").body.replace(*change))).state is OperationState.CONFIRMED


@pytest.mark.parametrize("status", [400, 402, 403, 404, 405, 409, 410, 413, 414, 415, 422, 431])
def test_a_readable_refusal_is_rejected(status: int) -> None:
    """The upstream understood and declined; its message is for the caller."""
    expected = Outcome(OperationState.REJECTED, "refused", upstream_status=status, message="No credits.")
    assert outcome(json_answer(REFUSED_JSON, status)) == expected
    assert outcome(xml_answer(REFUSED_XML, status)) == expected


IN_BETWEEN = [
    (b"<html>Checking your browser</html>", "text/html; charset=utf-8", "html-answer"),
    (b"<!DOCTYPE html><html><body>Blocked</body></html>", "text/html", "html-answer"),
    (b"<html><body>Blocked</body></html>", "text/plain", "unreadable-answer"),
    (b"<html xmlns='http://www.w3.org/1999/xhtml'><body>Blocked</body></html>", "", "unreadable-answer"),
    (b"<html><head>a</head><body>Blocked</body></html>", "application/xml", "unreadable-answer"),
    (b"Forbidden", "text/plain", "unreadable-answer"),
    (b'{"Message": "cut o', "application/json", "unreadable-answer"),
    (b"{}", "application/json", "unreadable-answer"),
    (b"[]", "application/json", "unreadable-answer"),
    (b"403", "application/json", "unreadable-answer"),
    (b'{"error": {}}', "application/json", "unreadable-answer"),
    (b'{"Message": "Declined", "BookingID": 1}', "application/json", "unreadable-answer"),
]


@pytest.mark.parametrize(("body", "content_type", "reason"), IN_BETWEEN)
@pytest.mark.parametrize("status", [200, 201, 400, 401, 403, 409, 410, 422, 429])
def test_an_answer_that_is_not_the_upstreams_own_is_unknown(
    body: bytes, content_type: str, reason: str, status: int
) -> None:
    """A refusal by a firewall, or half of one, says nothing about the booking."""
    answer = UpstreamAnswer(status, content_type, body)
    assert outcome(answer) == unknown(answer, reason)


@pytest.mark.parametrize("body", [b"", b" \r\n"])
def test_an_empty_success_is_unknown_and_an_empty_refusal_is_one(body: bytes) -> None:
    """A status without a body is how the platform says no when it has nothing to add."""
    for status in (200, 201):
        answer = UpstreamAnswer(status, "application/json", body)
        assert outcome(answer) == unknown(answer, "empty-answer")
    for status in (400, 401, 403, 405, 409, 410, 415, 422):
        expected = Outcome(OperationState.REJECTED, "refused", upstream_status=status)
        assert outcome(UpstreamAnswer(status, "text/html", body)) == expected


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('"Not enough credits."', "Not enough credits."),
        ('{"Message": "No."}', "No."),
        ('{"message": "No."}', "No."),
        ('{"MessageDetail": "No action was found on the controller."}', ""),
        (
            '{"Message": "Invalid.", "ModelState": {"model.Duration": ["Too short.", "Odd."]}}',
            "Invalid. Too short. Odd.",
        ),
        ('{"title": "Invalid", "status": 400, "errors": {"Duration": ["Too short."]}}', "Invalid Too short."),
        ('{"title": "Bad Request", "detail": "Not enough credits."}', "Not enough credits."),
        ('{"error": "access_denied", "error_description": "Not yours."}', "Not yours."),
        ('{"error": "access_denied"}', "access_denied"),
        ('{"error": {"code": "E1", "message": "No."}}', "No."),
        ('{"error": {"code": "E1"}}', "E1"),
    ],
)
def test_a_refusal_is_read_in_every_form_that_such_a_platform_writes(body: str, message: str) -> None:
    """The text for people is told; which form AdultWork's are in is not documented."""
    for content_type in ("application/json", "application/problem+json"):
        result = outcome(UpstreamAnswer(400, content_type, body.encode()))
        assert (result.state, result.message) == (OperationState.REJECTED, message or None)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            '<string xmlns="http://schemas.microsoft.com/2003/10/Serialization/">Not enough credits.</string>',
            "Not enough credits.",
        ),
        ('<string xmlns="http://schemas.microsoft.com/2003/10/Serialization/" />', ""),
        ("<Error><Message>No.</Message></Error>", "No."),
        ("<Error><MessageDetail>No type was found.</MessageDetail></Error>", ""),
        ('<problem xmlns="urn:ietf:rfc:7807"><title>Bad</title><detail>No.</detail></problem>', "No."),
    ],
)
def test_a_refusal_in_xml_is_read_in_every_form_as_well(body: str, message: str) -> None:
    """A bare text stands in the serialization namespace."""
    result = outcome(xml_answer(body, 400))
    assert (result.state, result.message) == (OperationState.REJECTED, message or None)


def test_a_bare_text_of_another_namespace_is_no_refusal() -> None:
    """Any tool writes an element called string."""
    answer = xml_answer("<string>No.</string>", 400)
    assert outcome(answer) == unknown(answer, "unreadable-answer")


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (301, "redirected"),
        (307, "redirected"),
        (500, "server-error"),
        (503, "server-error"),
        (520, "server-error"),
        (202, "unexpected-status"),
        (204, "unexpected-status"),
        (100, "unexpected-status"),
        (408, "unexpected-status"),
        (499, "unexpected-status"),
        (600, "unexpected-status"),
        (0, "unexpected-status"),
    ],
)
def test_any_other_status_is_unknown_whatever_the_body(status: int, reason: str) -> None:
    """Not even a readable error proves there that nothing was booked."""
    for answer in (json_answer(REFUSED_JSON, status), sample("made-booking.xml", status)):
        assert outcome(answer) == unknown(answer, reason)


@pytest.mark.parametrize(("body", "message"), [(REFUSED_JSON, "No credits."), ("", None), ('{"Message": ""}', None)])
def test_a_refused_token_is_rejected(body: str, message: str | None) -> None:
    """Without authorization nothing was carried out."""
    expected = Outcome(OperationState.REJECTED, "refused", upstream_status=401, message=message)
    assert outcome(json_answer(body, 401)) == expected


@pytest.mark.parametrize(("asked", "seconds"), [(None, 5), (1, 1), (3600, 3600)])
def test_a_limit_says_when_to_try_again(asked: int | None, seconds: int) -> None:
    """What the upstream asks for, and a few seconds where it does not say."""
    answer = UpstreamAnswer(429, "application/json", REFUSED_JSON.encode(), asked)
    assert outcome(answer).retry_after_seconds == seconds
    assert outcome(answer).state is OperationState.REJECTED


def test_an_unknown_outcome_keeps_the_wait_that_was_asked_for() -> None:
    """Whoever looks for the booking should not come sooner."""
    assert outcome(UpstreamAnswer(503, "text/html", b"<html>", 120)).retry_after_seconds == 120


def test_a_refusal_never_repeats_what_was_sent() -> None:
    """Phone number, Skype name and comment stay out of messages."""
    body = '{"Message": "07700900123, live:jane and Hello are not valid"}'
    request = booking_request(method=ContactMethod.SKYPE, skype_name="live:jane")
    message = classify_placement(json_answer(body, 400), request, LONDON).message
    assert message == "[hidden], [hidden] and [hidden] are not valid"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('{"message": "No"}', "No"),
        ('{"error": "invalid_grant"}', "invalid_grant"),
        ('{"error": "invalid_grant", "error_description": "It has expired"}', "It has expired"),
        ('{"Message": "The request is invalid.", "ModelState": {"model.Duration": ["Too short", "Odd"], "x": "Bad"}}',
         "The request is invalid. Too short Odd Bad"),
        ('{"ModelState": {"model.Duration": ["Too short", 5, null, {"Deep": "one"}]}}', "Too short one"),
        ('{"Message": "Failed", "ExceptionMessage": "secret", "StackTrace": "at X", "MessageDetail": "more"}', "Failed"),
        ('{"Message": ""}', ""),
    ],
)  # fmt: skip
def test_the_texts_of_an_error_body(body: str, message: str) -> None:
    """Only what is meant for people is taken; never a trace."""
    assert refusal_message(json_answer(body, 400)) == message


def test_the_texts_of_an_error_body_in_xml() -> None:
    """The root has no namespace in the framework that we suppose; none is asked for."""
    body = (
        "<Error><Message>The request is invalid.</Message><ModelState><model.Duration>Too short</model.Duration>"
        "</ModelState><StackTrace>at X</StackTrace></Error>"
    )
    assert refusal_message(xml_answer(body, 400)) == "The request is invalid. Too short"


@pytest.mark.parametrize(
    "body",
    [
        '{"StackTrace": "at X", "ExceptionMessage": "secret"}',
        '{"Message": 5}',
        '{"Message": null}',
        '{"Message": {"Message": "deep"}}',
        '["No"]',
        "null",
        "5",
    ],
)
def test_a_body_without_texts_for_people_is_no_refusal(body: str) -> None:
    """JSON alone does not make it the upstream's own word."""
    assert refusal_message(json_answer(body, 400)) is None


@pytest.mark.parametrize("status", [400, 404, 409, 422])
def test_a_candidate_is_refused_by_a_readable_refusal(status: int) -> None:
    """Then there is nothing to book, which is no fault."""
    assert is_candidate_refused(json_answer(REFUSED_JSON, status))
    assert not is_candidate_refused(xml_answer("<html/>", status, "text/html"))


@pytest.mark.parametrize("status", [400, 404, 409, 422])
def test_a_candidate_is_refused_by_a_status_alone_as_well(status: int) -> None:
    """An empty body is how the platform says no when it has nothing to add."""
    assert is_candidate_refused(UpstreamAnswer(status, "", b""))


@pytest.mark.parametrize(
    "body",
    [
        '{"Message": "No HTTP resource was found that matches the request URI \'https://a/v1/x\'."}',
        '{"Message": "Odd.", "MessageDetail": "No type was found that matches the controller named \'PhoneChat\'."}',
        '{"MessageDetail": "No action was found on the controller \'PhoneChat\' that matches the name."}',
        '{"title": "Not Found", "detail": "No route was found."}',
        '"No HTTP resource was found."',
        '{"Message": "The resource cannot be found."}',
        '{"error": "route not found"}',
        '{"error": {"message": "The requested resource could not be found"}}',
        '{"Message": "no Route matched with those values"}',
    ],
)
def test_an_address_that_is_not_there_is_our_trouble_and_not_the_candidates(body: str) -> None:
    """A 404 about the route says nothing about the user; the same words with another status do."""
    answer = json_answer(body, 404)
    assert not is_candidate_refused(answer)
    with pytest.raises(UpstreamUnavailableError) as caught:
        classify_read(answer)
    assert caught.value.trouble is Trouble.UNREADABLE
    assert is_candidate_refused(json_answer(body, 400))


@pytest.mark.parametrize(
    "body",
    ['{"Message": "No user was found."}', '{"error": "user not found"}', '{"title": "Not Found", "status": 404}', "5"],
)
def test_a_user_who_is_not_there_is_the_candidates_affair(body: str) -> None:
    """Unless it is not AdultWork's word at all."""
    assert is_candidate_refused(json_answer(body, 404)) is (body != "5")


@pytest.mark.parametrize(("body", "content_type", "_reason"), IN_BETWEEN)
@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_page_of_something_in_between_refuses_nothing_in_the_upstreams_name(
    body: bytes, content_type: str, _reason: str, status: int
) -> None:
    """Neither the token nor the read is refused: nobody has looked at them."""
    answer = UpstreamAnswer(status, content_type, body)
    assert not is_not_permitted(answer)
    assert not is_candidate_refused(answer)
    with pytest.raises(UpstreamUnavailableError) as caught:
        classify_read(answer)
    assert (caught.value.trouble, caught.value.upstream_status) == (Trouble.UNREADABLE, status)


@pytest.mark.parametrize(("status", "is_told"), [(401, True), (403, True), (404, False), (200, False)])
def test_the_upstream_itself_says_that_a_token_may_not_ask(status: int, is_told: bool) -> None:  # noqa: FBT001 (a row)
    """With a readable word, or with a status alone."""
    assert is_not_permitted(json_answer(REFUSED_JSON, status)) is is_told
    assert is_not_permitted(UpstreamAnswer(status, "text/html", b"")) is is_told


@pytest.mark.parametrize("status", [200, 401, 403, 429, 500])
def test_other_answers_do_not_refuse_a_candidate(status: int) -> None:
    """They are about the token, the load or the upstream itself."""
    assert not is_candidate_refused(json_answer(REFUSED_JSON, status))


def test_a_read_passes_with_200_only() -> None:
    """Its body is somebody else's affair."""
    classify_read(json_answer("null", 200))
    with pytest.raises(UpstreamUnavailableError):
        classify_read(json_answer("null", 201))


def test_a_read_with_a_refused_token() -> None:
    """The caller can mend it by signing in again."""
    with pytest.raises(InvalidTokenError):
        classify_read(json_answer(REFUSED_JSON, 401))


def test_a_forbidden_read() -> None:
    """The token is good and may not ask."""
    with pytest.raises(UpstreamRefusedError) as caught:
        classify_read(json_answer(REFUSED_JSON, 403))
    assert caught.value.upstream_status == 403


@pytest.mark.parametrize(
    ("status", "trouble", "seconds"),
    [
        (500, Trouble.UNREACHABLE, 30),
        (502, Trouble.UNREACHABLE, 30),
        (302, Trouble.UNREADABLE, 30),
        (400, Trouble.UNREADABLE, 30),
        (429, Trouble.UNREACHABLE, 30),
        (429, Trouble.UNREACHABLE, None),
    ],
)
def test_a_read_with_another_status(status: int, trouble: Trouble, seconds: int | None) -> None:
    """Nothing was sent that could book, so it is safe to try again."""
    with pytest.raises(UpstreamUnavailableError) as caught:
        classify_read(UpstreamAnswer(status, "application/json", b"{}", seconds))
    assert (caught.value.trouble, caught.value.upstream_status) == (trouble, status)
    assert caught.value.retry_after_seconds == (seconds or 5)


def test_an_unreadable_read_becomes_an_error_of_the_domain() -> None:
    """Nothing of the adapter's own leaves it."""
    unreadable = UnreadableAnswerError("odd")
    with pytest.raises(UpstreamUnavailableError) as caught, translated_reads():
        raise unreadable
    assert caught.value.trouble is Trouble.UNREADABLE
    assert caught.value.__cause__ is unreadable


def test_a_good_read_passes_unchanged() -> None:
    """So does any other error."""
    with translated_reads():
        pass
    with pytest.raises(KeyError), translated_reads():
        raise KeyError

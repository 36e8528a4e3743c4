"""Answers to requirements, balance, permissions and account."""

from collections.abc import Mapping
from decimal import Decimal

import pytest

from chalicelib.adapters.adultwork.codec.wire import read_account, read_balance, read_permissions, read_requirements
from chalicelib.adapters.http.answer import UnreadableAnswerError
from chalicelib.domain.booking.facts import BookingRequirements
from tests.unit.adapters.answers import XSI, json_answer, sample, xml_answer

SERIALIZATION = "http://schemas.microsoft.com/2003/10/Serialization/"
ENTRY = '{"MethodID": 1, "IsAvailable": true}'


def requirements(methods: str) -> Mapping[int, bool] | None:
    """Return the methods of a JSON answer with this list."""
    read = read_requirements(json_answer(f'{{"PhoneChatPPM": 1.5000, "Methods": {methods}}}'))
    assert read.price_per_minute == Decimal("1.5")
    assert read.is_bookable
    return read.methods


def test_requirements_read_the_same_in_both_formats() -> None:
    """Neither namespaces nor the names inside the list matter, since none is documented."""
    expected = BookingRequirements(is_bookable=True, price_per_minute=Decimal("1.5"), methods={1: True, 2: False})
    in_json = '{"methods": [{"x": 1, "y": true}, {"y": false, "x": 2, "Name": "two"}], "phoneChatPPM": 1.5}'
    in_xml = (
        f'<R xmlns="a" xmlns:i="{XSI}"><p:Methods xmlns:p="b"><M><Ok>true</Ok><No>1</No></M>'
        '<M><Name i:nil="true"/><Ok> false</Ok><Deep><No>7</No></Deep><No>2</No></M></p:Methods>'
        "<PhoneChatPPM>1.5000</PhoneChatPPM></R>"
    )
    assert read_requirements(json_answer(in_json)) == expected
    assert read_requirements(xml_answer(in_xml)) == expected


@pytest.mark.parametrize(
    "methods",
    [
        "null",
        "[]",
        "{}",
        "{" + f'"One": {ENTRY}' + "}",
        "[1, 2, 3]",
        '[{"MethodID": 1}]',
        '[{"IsAvailable": true}]',
        '[{"MethodID": 1, "Rank": 2, "IsAvailable": true}]',
        '[{"MethodID": 1, "IsAvailable": true, "IsPreferred": false}]',
        '[{"MethodID": 1, "IsAvailable": "Yes"}]',
        '[{"MethodID": "1", "IsAvailable": true}]',
        f"[{ENTRY}, null]",
        f"[{ENTRY}, {ENTRY}]",
    ],
)
def test_methods_in_doubt_are_unknown_and_no_error(methods: str) -> None:
    """The rule about them is then unchecked; the price still holds."""
    assert requirements(methods) is None


@pytest.mark.parametrize(
    "methods",
    [
        "",
        "<Methods/>",
        "<Methods>none</Methods>",
        "<Methods><M><No>1</No><Ok>true</Ok></M></Methods><Methods/>",
        f'<Methods xmlns:i="{XSI}" i:nil="maybe"/>',
        f'<Methods xmlns:i="{XSI}"><M><No>1</No><Ok>true</Ok><X i:nil="maybe"/><Ok>true</Ok></M></Methods>',
    ],
)
def test_methods_in_doubt_are_unknown_in_xml_too(methods: str) -> None:
    """Even a mark that makes no sense only makes them unknown."""
    read = read_requirements(xml_answer(f"<R><PhoneChatPPM>2</PhoneChatPPM>{methods}</R>"))
    assert read == BookingRequirements(is_bookable=True, price_per_minute=Decimal(2), methods=None)


@pytest.mark.parametrize("price", ['"PhoneChatPPM": null, ', ""])
def test_no_price_means_no_minimum(price: str) -> None:
    """A candidate need not set one."""
    read = read_requirements(json_answer(f'{{{price}"Methods": [{ENTRY}]}}'))
    assert read == BookingRequirements(is_bookable=True, price_per_minute=None, methods={1: True})


@pytest.mark.parametrize(
    "body",
    [
        '{"PhoneChatPPM": -1, "Methods": []}',
        '{"PhoneChatPPM": "1.5"}',
        '{"PhoneChatPPM": 1e2}',
        '{"PhoneChatPPM": 1, "phonechatppm": 2, "PHONECHATPPM": 3, "Other": NaN}',
        '{"ppm": 1}',
        "{}",
        "[]",
        "5",
    ],
)
def test_requirements_in_doubt_are_unreadable(body: str) -> None:
    """A price that is not understood must not become no price."""
    with pytest.raises(UnreadableAnswerError):
        read_requirements(json_answer(body))


@pytest.mark.parametrize(
    ("body", "balance"),
    [
        ("299", Decimal(299)),
        ("299.5000", Decimal("299.5")),
        ("-1", Decimal(-1)),
        ("null", None),
        ('"299"', None),
        ("true", None),
        ("{}", None),
        ("[299]", None),
        ("1e3", None),
    ],
)
def test_balance_in_json(body: str, balance: Decimal | None) -> None:
    """Any plain number is a balance; anything else that is well-formed is an unknown one."""
    assert read_balance(json_answer(body)) == balance


def test_balance_in_xml() -> None:
    """The element's name does not matter, its namespace does."""
    assert read_balance(sample("credit-balance.xml")) == Decimal(299)
    for content, balance in (("299.5000", Decimal("299.5")), ("", None), ("many", None), ("<a/>", None)):
        assert read_balance(xml_answer(f'<decimal xmlns="{SERIALIZATION}">{content}</decimal>')) == balance
    assert read_balance(xml_answer(f'<int xmlns="{SERIALIZATION}" xmlns:i="{XSI}" i:nil="true"/>')) is None
    assert read_balance(xml_answer("<int>299</int>")) is None
    assert read_balance(xml_answer(f'<int xmlns="{SERIALIZATION}Arrays">299</int>')) is None


@pytest.mark.parametrize("content_type", ["text/html", "application/json"])
def test_a_balance_that_is_not_well_formed_is_unreadable(content_type: str) -> None:
    """Unknown is said of an answer that was understood, not of a broken one."""
    with pytest.raises(UnreadableAnswerError):
        read_balance(json_answer("<html>299", content_type=content_type))


def test_permissions_in_both_formats() -> None:
    """Only the exact status grants, and only if no other entry disagrees."""
    entries = [
        ("granted_scope", "granted"),
        ("other_case", "Granted"),
        ("padded", "granted "),
        ("denied", "denied"),
        ("twice", "granted"),
        ("twice", "granted"),
        ("torn", "granted"),
        ("torn", "revoked"),
    ]
    in_json = ", ".join(f'{{"Status": "{status}", "Permission": "{name}"}}' for name, status in entries)
    in_xml = "".join(f"<P><Permission>{name}</Permission><Status>{status}</Status></P>" for name, status in entries)
    expected = frozenset({"granted_scope", "twice"})
    assert read_permissions(json_answer(f'{{"Permissions": [{in_json}]}}')) == expected
    assert read_permissions(xml_answer(f"<R xmlns='any'><Permissions>{in_xml}</Permissions></R>")) == expected


def test_no_permissions_are_a_fair_answer() -> None:
    """A user may have granted nothing."""
    assert read_permissions(json_answer('{"Permissions": []}')) == frozenset()
    assert read_permissions(xml_answer("<R><Permissions /></R>")) == frozenset()


@pytest.mark.parametrize(
    "body",
    [
        "{}",
        "[]",
        '{"Permissions": null}',
        '{"Permissions": {}}',
        '{"Permissions": "granted"}',
    ],
)
def test_malformed_permissions_are_unreadable(body: str) -> None:
    """A document without the list says nothing of anybody's permissions."""
    with pytest.raises(UnreadableAnswerError):
        read_permissions(json_answer(body))


def test_a_text_for_a_list_of_permissions_is_unreadable() -> None:
    """In XML as well."""
    with pytest.raises(UnreadableAnswerError):
        read_permissions(xml_answer("<R><Permissions>granted</Permissions></R>"))


@pytest.mark.parametrize(
    "entry",
    [
        '"account_phonechat_bookings"',
        '{"Permission": "a"}',
        '{"Permission": "a", "Status": null}',
        '{"Permission": "", "Status": "granted"}',
        '{"Permission": 1, "Status": "granted"}',
        '{"Permission": "a", "status": "granted", "STATUS": "granted"}',
        "[]",
        "null",
    ],
)
def test_a_malformed_permission_grants_nothing_and_hides_no_other(entry: str) -> None:
    """It is that entry's trouble."""
    sound = '{"Permission": "b", "Status": "granted"}'
    assert read_permissions(json_answer(f'{{"Permissions": [{sound}, {entry}]}}')) == {"b"}


def test_a_permission_that_is_granted_and_malformed_is_not_granted() -> None:
    """Nobody can tell what its second entry takes back."""
    entries = '{"Permission": "a", "Status": "granted"}, {"Permission": "a"}'
    assert read_permissions(json_answer(f'{{"Permissions": [{entries}]}}')) == frozenset()
    in_xml = "<P><Permission>a</Permission></P><P><Permission>b</Permission><Status>granted</Status></P>"
    assert read_permissions(xml_answer(f"<R><Permissions>{in_xml}</Permissions></R>")) == {"b"}


def test_account_in_both_formats() -> None:
    """The rest of the answer depends on scopes and is not looked at."""
    assert read_account(json_answer('{"UserID": 2147483647, "EmailAddress": null}')) == 2147483647
    assert read_account(xml_answer("<U xmlns='any'><GroupID/><UserID>1</UserID></U>")) == 1


@pytest.mark.parametrize(
    "body", ["{}", "1", '{"UserID": 0}', '{"UserID": 2147483648}', '{"UserID": "1"}', '{"UserID": null}']
)
def test_an_account_in_doubt_is_unreadable(body: str) -> None:
    """Operations belong to accounts; a wrong one would be another person."""
    with pytest.raises(UnreadableAnswerError):
        read_account(json_answer(body))

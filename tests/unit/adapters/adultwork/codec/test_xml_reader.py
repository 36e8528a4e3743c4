"""XML to the neutral tree: what is taken, and everything that is refused."""

import pytest

from chalicelib.adapters.adultwork.codec.tree import is_null, local_name
from chalicelib.adapters.adultwork.codec.xml_reader import parse_xml
from chalicelib.adapters.http.answer import UnreadableAnswerError
from tests.unit.adapters.answers import XSI

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
# Each of these parsers' pitfalls has been met in the wild; none may become a value.
REFUSED = {
    "nothing": b"",
    "white space": b" \n ",
    "text": b"hello",
    "an open element": b"<a>",
    "a second root": b"<a/><b/>",
    "text after the root": b"<a/>x",
    "a doctype": b"<!DOCTYPE a><a/>",
    "a doctype after a comment": b"<!-- <a> --><?pi ?>\n<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>",
    "a doctype after a declaration": b"<?xml version='1.0'?><!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>",
    "an exponential entity": f'<!DOCTYPE a [<!ENTITY l0 "ha">{LAUGHS}]><a>&l11;</a>'.encode(),
    "an undeclared entity": b"<a>&nbsp;</a>",
    "an undeclared prefix": b"<p:a/>",
    "a repeated attribute": b"<a b='1' b='2'/>",
    "a control character": b"<a>&#x1F;</a>",
    "a NUL": b"<a>\0</a>",
    "Latin-1 bytes": "<a>é</a>".encode("latin-1"),
    "half a surrogate pair": b"<a>\xed\xa0\x80</a>",
    "UTF-16 with a mark": "<a/>".encode("utf-16"),
    "UTF-16 without a mark": "<a/>".encode("utf-16-le"),
    "UTF-32": "<a/>".encode("utf-32"),
    "a declared Latin-1": b"<?xml version='1.0' encoding='ISO-8859-1'?><a/>",
    "a declared UTF-16": b'<?xml version="1.0" encoding = "utf-16" ?><a/>',
    "an unknown encoding": b"<?xml version='1.0' encoding='klingon'?><a/>",
    "a broken declaration": b"<?xml encoding='utf-8' version='1.0'?><a/>",
    "an open declaration": b"<?xml version='1.0' <a/>",
    "an open comment": b"<!-- <a/>",
    "text before an element": b"<a>x<b/></a>",
    "text after an element": b"<a><b/>x</a>",
    "text between elements": b"<a><b/>x<c/></a>",
    "text deep inside": b"<a><b><c/>x</b></a>",
    "a no-break space between elements": "<a><b/>\u00a0<c/></a>".encode(),
    "depth 33": b"<a>" * 33 + b"</a>" * 33,
    "depth 20,000": b"<a>" * 20_000 + b"</a>" * 20_000,
    "5,001 elements": b"<a>" + b"<b/>" * 5000 + b"</a>",
}


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED.keys())
def test_refuses_what_no_good_answer_has(body: bytes) -> None:
    """A document is read as it stands or not at all; nothing is repaired, resolved or guessed."""
    with pytest.raises(UnreadableAnswerError):
        parse_xml(body)


@pytest.mark.parametrize(
    "body",
    [
        b"<a>x</a>",
        b"\xef\xbb\xbf<a>x</a>",
        b"<?xml version='1.0'?>\n<a>x</a>\n",
        b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><a>x</a>',
        b"<!-- <!DOCTYPE b> --><?pi <!DOCTYPE b> ?><a>x</a><!-- end -->",
        b"<a><!-- c -->x</a>",
        b"<a><![CDATA[x]]></a>",
    ],
)
def test_takes_every_ordinary_beginning(body: bytes) -> None:
    """Byte order mark, declaration, comments and instructions say nothing about the content."""
    assert parse_xml(body).text == "x"


def test_text_is_whole_over_comments_and_cdata() -> None:
    """A comment or a CDATA section in the middle of a text cuts nothing off."""
    root = parse_xml("<a>one<!-- x -->&amp;<![CDATA[<!DOCTYPE two>&amp;]]><?pi ?>três</a>".encode())
    assert root.text == "one&<!DOCTYPE two>&amp;três"


def test_long_text_is_whole() -> None:
    """A text longer than any buffer of the parser arrives in one piece."""
    text = "é<".replace("<", "&lt;") * 20_000
    assert parse_xml(f"<a>{text}</a>".encode()).text == "é<" * 20_000


def test_names_are_namespace_and_local_name_whatever_the_prefix() -> None:
    """Two prefixes of one namespace make one name."""
    root = parse_xml(b"<a xmlns='u' xmlns:p='v' xmlns:q='v'><p:b/><q:b/><b xmlns='v'/><b xmlns=''/></a>")
    assert [child.tag for child in root] == ["{v}b", "{v}b", "{v}b", "b"]
    assert [local_name(child) for child in root] == ["b"] * 4


def test_the_limits_themselves_are_allowed() -> None:
    """32 levels and 5,000 elements can still be read."""
    parse_xml(b"<a>" * 32 + b"</a>" * 32)
    assert len(parse_xml(b"<a>" + b"<b/>" * 4999 + b"</a>")) == 4999


@pytest.mark.parametrize(
    ("mark", "expected"),
    [("i:nil='true'", True), ("i:nil=' 1 '", True), ("i:nil='false'", False), ("nil='true'", False)],
)
def test_nil_counts_only_in_the_instance_namespace(mark: str, expected: bool) -> None:  # noqa: FBT001 (a table's column)
    """An attribute of the same local name elsewhere is not the mark."""
    assert is_null(parse_xml(f"<a xmlns:i='{XSI}' {mark}/>".encode())) is expected


@pytest.mark.parametrize("content", ["i:nil='true'>x", "i:nil='1'><b/>", "i:nil='yes'>", "i:nil=''>"])
def test_a_nil_mark_that_contradicts_itself_is_unreadable(content: str) -> None:
    """Neither the mark nor the content is believed."""
    node = parse_xml(f"<a xmlns:i='{XSI}' {content}</a>".encode())
    with pytest.raises(UnreadableAnswerError):
        is_null(node)

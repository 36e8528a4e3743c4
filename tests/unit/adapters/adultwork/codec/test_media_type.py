"""Content-Type to a format: what is not clearly XML or JSON in UTF-8 is neither."""

import pytest

from chalicelib.adapters.adultwork.codec.media_type import Format, declared_format


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("application/xml", (Format.XML, True)),
        ("Text/XML; charset=UTF-8", (Format.XML, True)),
        ("application/soap+xml", (Format.XML, True)),
        ('application/json;charset="utf-8"; odd', (Format.JSON, True)),
        ("text/json", (Format.JSON, True)),
        ("application/problem+json ; v=1", (Format.JSON, True)),
        ("application/xml; charset=utf-16", (Format.XML, False)),
        ("application/json; charset=utf-8; Charset=latin1", (Format.JSON, False)),
        ("text/html", (Format.HTML, True)),
        ("application/xhtml+xml", (Format.HTML, True)),
        ("", (Format.OTHER, True)),
        ("text/plain", (Format.OTHER, True)),
        ("application/json, text/html", (Format.OTHER, True)),
        ("xml", (Format.OTHER, True)),
    ],
)
def test_a_header_names_one_format(header: str, expected: tuple[Format, bool]) -> None:
    """Case and parameters do not matter, except a charset."""
    assert declared_format(header) == expected

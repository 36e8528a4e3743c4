"""XML to the neutral tree, by the standard library's C parser: the fastest safe way (see devtools/bench/xml.py).

What an upstream's answer never has is refused and not repaired: a DOCTYPE (so there is no entity to expand), an encoding
other than UTF-8, text beside elements, absurd depth or length. Prefixes mean nothing; a name is `{namespace}local`.
Comments and CDATA sections do not divide a text.
"""

import re
from operator import attrgetter
from xml.etree.ElementTree import ParseError, XMLParser

from chalicelib.adapters.adultwork.codec.lexical import SPACE
from chalicelib.adapters.adultwork.codec.tree import MAXIMUM_DEPTH, MAXIMUM_NODES, Node
from chalicelib.adapters.http.answer import UnparsableAnswerError, UnreadableAnswerError

# All that may stand before the root element, except a DOCTYPE: byte order mark, declaration, instructions, comments.
_match_prolog = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:<\?xml[ \t\r\n]([^>]*)\?>)?(?:<\?.*?\?>|<!--.*?-->|[ \t\r\n]+)*+<[^!?]", re.DOTALL
).match
_find_encoding = re.compile(rb"encoding[ \t\r\n]*=[ \t\r\n]*[\"']([^\"']*)[\"']").search
_text_behind = attrgetter("tail")


def parse_xml(body: bytes) -> Node:
    """Return the root element of a complete, well-formed UTF-8 document.

    Raises:
        UnparsableAnswerError: it is not one.
        UnreadableAnswerError: it goes beyond the limits, or has text beside elements.
    """
    try:
        body.decode()  # the parser follows a UTF-16 byte order mark whatever it is told
        _require_plain_prolog(body)
        parser = XMLParser(encoding="utf-8")  # noqa: S314 (no DOCTYPE, so no entities)
        parser.feed(body)
        root = parser.close()
    except (ParseError, ValueError, LookupError) as error:
        raise UnparsableAnswerError("the XML is not well-formed UTF-8") from error
    _require_plain_content(root)
    return root


def _require_plain_prolog(body: bytes) -> None:
    """Refuse a DOCTYPE and a declaration that contradicts the bytes, before the parser sees either."""
    prolog = _match_prolog(body)
    if prolog is None or b"\0" in body:
        raise UnparsableAnswerError("the XML does not begin with an element, or has a DOCTYPE")
    encoding = _find_encoding(prolog[1]) if prolog[1] else None
    if encoding is not None and encoding[1].lower() != b"utf-8":
        raise UnparsableAnswerError("the XML declares an encoding other than UTF-8")


def _require_plain_content(root: Node) -> None:
    """Refuse text beside child elements, and documents beyond the limits; without recursion, one level at a time."""
    count = depth = 1
    level = [root] if len(root) else []
    while level:
        depth += 1
        for element in level:
            count += len(element)
            between = set(map(_text_behind, element))
            between.add(element.text)
            for text in between:
                if text and text.strip(SPACE):
                    raise UnreadableAnswerError("the XML has text where only elements may be")
        if count > MAXIMUM_NODES or depth > MAXIMUM_DEPTH:
            raise UnreadableAnswerError("the XML has too many or too deeply nested elements")
        level = [child for element in level for child in filter(len, element)]

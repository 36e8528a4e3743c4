"""The forms in which an upstream of this kind says no, and the texts in them that are meant for people.

AdultWork documents no error body. ASP.NET Web API, which it seems to run on, answers `Message`, `MessageDetail` and `ModelState`,
or a bare text; its successors answer RFC 9457's `title`, `detail` and `errors`; its OAuth endpoint answers `error`, as much else
does. What has none of these forms is somebody else's: a firewall, a proxy, a page for people. StackTrace, ExceptionMessage and
ExceptionType are never looked at.
"""

import re
from collections.abc import Iterator

from chalicelib.adapters.adultwork.codec.tree import KIND, Kind, Node, is_leaf, is_record, members

BARE_TEXT = "{http://schemas.microsoft.com/2003/10/Serialization/}string"
MESSAGES = ("Message", "error_description", "detail", "title", "error")  # the first that is there is told
INNER_MESSAGES = ("message", "error_description", "detail", "code")  # of an `error` that is an object
FIELDS = ("ModelState", "errors")  # texts about single members
DETAIL = "MessageDetail"  # tells of routes and types: a sign of the form, and never shown

# How ASP.NET, and what stands before it, say that the address is wrong, as against what was asked for there.
_NO_ROUTE = re.compile(
    r"No (?:HTTP )?(?:resource|type|action|route|endpoint|controller|method)\b.{0,40}\b(?:found|matched)\b"
    r"|\b(?:resource|route|endpoint|URL|URI)\b.{0,40}\b(?:not|cannot) (?:be )?found\b",
    re.IGNORECASE,
)


def error_texts(root: Node) -> list[str] | None:
    """Return the first message and the texts about single members, None when it is no error body.

    What names a booking is none either: a refusal and a booking at once would contradict itself.
    """
    if _is_bare_text(root):
        return [root.text or ""]
    if not is_record(root) or members(root, "BookingID"):
        return None
    said = [*_texts(root, MESSAGES), *_inner_texts(root)]
    fields = [
        node.text or "" for name in FIELDS for state in members(root, name) for node in state.iter() if _is_text(node)
    ]
    return said[:1] + fields or ([""] if _texts(root, (DETAIL,)) else None)


def says_no_route(root: Node) -> bool:
    """Tell whether an error body says that there is no such resource or route, so that nothing was judged but the address."""
    texts = [*(error_texts(root) or ()), *(_texts(root, (DETAIL,)) if is_record(root) else ())]
    return any(_NO_ROUTE.search(text) for text in texts)


def _is_bare_text(root: Node) -> bool:
    """Tell whether a document is a text and nothing else, as the stock framework writes one in either format."""
    return root.get(KIND) == Kind.STRING or (root.tag == BARE_TEXT and is_leaf(root))


def _texts(node: Node, names: tuple[str, ...]) -> list[str]:
    """Return the texts of the members of these names that have one."""
    return [child.text or "" for name in names for child in members(node, name) if _is_text(child)]


def _inner_texts(root: Node) -> Iterator[str]:
    """Yield the texts inside an `error` that is an object."""
    for error in members(root, "error"):
        if is_record(error):
            yield from _texts(error, INNER_MESSAGES)


def _is_text(node: Node) -> bool:
    return node.get(KIND) == Kind.STRING or is_leaf(node)

"""The texts of an error body that are meant for people.

AdultWork documents no error body. ASP.NET Web API, which it seems to run on, answers `Message` and `ModelState`; its
OAuth endpoint answers `error`. StackTrace, ExceptionMessage, ExceptionType and MessageDetail are never looked at.
"""

from chalicelib.adapters.adultwork.tree import KIND, Kind, Node, is_leaf, is_record, members

MESSAGES = ("Message", "error_description", "error")
MODEL_STATE = "ModelState"


def error_texts(root: Node) -> list[str] | None:
    """Return the first message and the texts about single fields, None when it is no error body.

    What names a booking is none either: a refusal and a booking at once would contradict itself.
    """
    if not is_record(root) or members(root, "BookingID"):
        return None
    said = [node.text or "" for name in MESSAGES for node in members(root, name) if _is_text(node)]
    state = [node.text or "" for state in members(root, MODEL_STATE) for node in state.iter() if _is_text(node)]
    return said[:1] + state or None


def _is_text(node: Node) -> bool:
    return node.get(KIND) == Kind.STRING or is_leaf(node)

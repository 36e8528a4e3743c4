"""Choose between JSON and XML by the Accept header and write the answer."""

from sandbox.connection.message import Answer
from sandbox.writing.datacontract import write_xml
from sandbox.writing.documents import Reply
from sandbox.writing.json_writer import write_json

JSON = "application/json"
XML = "application/xml"
_JSON_TYPES = frozenset({JSON, "text/json"})
_XML_TYPES = frozenset({XML, "text/xml"})


def negotiate(accept: str | None) -> str:
    """Return the media type to answer with: the best supported one in Accept, otherwise JSON."""
    ranges = [_weighted(part) for part in (accept or "").split(",")]
    for media_type, weight in sorted(ranges, key=lambda item: -item[1]):
        if weight > 0 and media_type in _JSON_TYPES | _XML_TYPES:
            return media_type
        if weight > 0 and media_type in {"*/*", "application/*"}:
            return JSON
    return JSON


def represent(reply: Reply, media_type: str) -> Answer:
    """Write a reply in the chosen media type."""
    write = write_xml if media_type in _XML_TYPES else write_json
    return Answer(reply.status, f"{media_type}; charset=utf-8", write(reply.document), reply.headers)


def _weighted(part: str) -> tuple[str, float]:
    media_type, *parameters = (piece.strip().lower() for piece in part.split(";"))
    weight = next((text[2:] for text in parameters if text.startswith("q=")), "1")
    try:
        return media_type, float(weight)
    except ValueError:
        return media_type, 0.0

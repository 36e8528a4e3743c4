"""What an answer says it is, before anything is parsed."""

from enum import Enum
from functools import lru_cache


class Format(Enum):
    """The formats that are told apart; only the first two are parsed."""

    XML = "xml"
    JSON = "json"
    HTML = "html"
    OTHER = "other"


_BY_MEDIA_TYPE = {
    "application/xml": Format.XML,
    "text/xml": Format.XML,
    "application/json": Format.JSON,
    "text/json": Format.JSON,
    "text/html": Format.HTML,
    "application/xhtml+xml": Format.HTML,  # a page for people, though it may be well-formed XML
}


@lru_cache(maxsize=16)  # the upstream sends the same few headers all day
def declared_format(content_type: str) -> tuple[Format, bool]:
    """Return the format that a Content-Type header names, and whether it names no charset but UTF-8."""
    media_type, *parameters = content_type.lower().split(";")
    charsets = [value for name, _, value in (part.partition("=") for part in parameters) if name.strip() == "charset"]
    return _format_of(media_type.strip()), all(charset.strip().strip('"') == "utf-8" for charset in charsets)


def _format_of(media_type: str) -> Format:
    if media_type in _BY_MEDIA_TYPE:
        return _BY_MEDIA_TYPE[media_type]
    if media_type.endswith("+xml"):
        return Format.XML
    return Format.JSON if media_type.endswith("+json") else Format.OTHER

"""Write documents as Json.NET would: declared order, no spaces, decimals with their scale."""

import json
from decimal import Decimal

from sandbox.writing.documents import Document, ErrorDocument, Listing, Record, Scalar, Value

SCALE = Decimal("0.0001")


def write_json(document: Document) -> bytes:
    """Return a document as UTF-8 JSON."""
    return _text(document).encode("utf-8", "replace")


def decimal_text(value: Decimal) -> str:
    """Write a decimal with the four places of a database money column."""
    return f"{value.quantize(SCALE):f}"


def scalar_text(value: Decimal) -> str:
    """Write a bare number: a whole one without places, as in the documented sample."""
    return f"{value.to_integral_value():f}" if value == value.to_integral_value() else decimal_text(value)


def record_text(record: Record) -> str:
    """Write an object: its own members as declared, then the inherited ones."""
    members = record.members + (record.inherited.members if record.inherited else ())
    return "{" + ",".join(f"{_string(name)}:{_value(value)}" for name, value in members) + "}"


def _text(document: Document) -> str:
    if isinstance(document, Scalar):
        return scalar_text(document.value)
    return _error(document) if isinstance(document, ErrorDocument) else _value(document)


def _error(error: ErrorDocument) -> str:
    body: dict[str, object] = {"Message": error.message}
    if error.detail is not None:
        body["MessageDetail"] = error.detail
    if error.model_state:
        body["ModelState"] = {field: [text] for field, text in error.model_state}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _value(value: Value) -> str:
    if isinstance(value, Record):
        return record_text(value)
    if isinstance(value, Listing):
        return "[" + ",".join(record_text(item) for item in value.items) + "]"
    return decimal_text(value) if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=False)


def _string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)

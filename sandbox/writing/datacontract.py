"""Write documents as .NET's DataContractSerializer would: sorted members, numbered prefixes, no indentation."""

import re
from dataclasses import dataclass, field
from decimal import Decimal

from sandbox.writing.documents import Document, ErrorDocument, Listing, Record, Scalar, Value
from sandbox.writing.json_writer import decimal_text, scalar_text

INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
SERIALIZATION = "http://schemas.microsoft.com/2003/10/Serialization/"

# The serializer's own character check is off in Web API: control characters leave as references, legal or not.
_SPECIAL = re.compile("[&<>\x00-\x08\x0b-\x1f\ufffe\uffff]")
_NAMED = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


@dataclass(frozen=True)
class _Scope:
    """Hold what is in force at one element: its depth (root is 1), the default namespace, and the prefixes."""

    depth: int
    default: str
    prefixes: dict[str, str] = field(default_factory=dict)


def write_xml(document: Document) -> bytes:
    """Return a document as UTF-8 XML without a declaration."""
    return _text(document).encode("utf-8", "replace")


def _text(document: Document) -> str:
    if isinstance(document, Scalar):
        # The documented sample shows `int` for a whole balance although its table says decimal.
        kind = "int" if document.value == document.value.to_integral_value() else "decimal"
        return f'<{kind} xmlns="{SERIALIZATION}">{scalar_text(document.value)}</{kind}>'
    if isinstance(document, Listing):
        return _root_list(document)
    return _error(document) if isinstance(document, ErrorDocument) else _root(document)


def _root_list(listing: Listing) -> str:
    """Write a list that is the whole body: its element is named after what is in it."""
    name, space = f"ArrayOf{listing.items[0].name}", listing.item_namespace
    return f'<{name} xmlns:i="{INSTANCE}" xmlns="{space}">{_inner(listing, _Scope(1, space))}</{name}>'


def _root(record: Record) -> str:
    content = _content(record, _Scope(1, record.namespace))
    return f'<{record.name} xmlns:i="{INSTANCE}" xmlns="{record.namespace}">{content}</{record.name}>'


def _error(error: ErrorDocument) -> str:
    parts = [_plain("Message", error.message)]
    if error.detail is not None:
        parts.append(_plain("MessageDetail", error.detail))
    if error.model_state:
        fields = "".join(_plain(name, text) for name, text in error.model_state)
        parts.append(f"<ModelState>{fields}</ModelState>")
    return f"<Error>{''.join(parts)}</Error>"


def _plain(name: str, text: str) -> str:
    return f"<{name}>{_escaped(text)}</{name}>"


def _content(record: Record, scope: _Scope) -> str:
    """Write inherited members first, then the class's own, each group in ordinal order of names."""
    inherited = _content(record.inherited, scope) if record.inherited else ""
    own = sorted(record.members, key=lambda member: member[0])
    return inherited + "".join(_element(name, record.namespace, value, scope) for name, value in own)


def _element(name: str, namespace: str, value: Value, outer: _Scope) -> str:
    scope = _Scope(outer.depth + 1, outer.default, dict(outer.prefixes))
    attributes = ""
    tag = name
    if namespace in scope.prefixes:
        tag = f"{scope.prefixes[namespace]}:{name}"
    elif namespace != scope.default:
        attributes = f' xmlns="{namespace}"'
        scope = _Scope(scope.depth, namespace, scope.prefixes)
    attributes += _declaration(_inner_namespace(value), scope)
    if value is None:
        return f'<{tag}{attributes} i:nil="true" />'
    content = _inner(value, scope)
    return f"<{tag}{attributes}>{content}</{tag}>" if content else f"<{tag}{attributes} />"


def _inner_namespace(value: Value) -> str | None:
    if isinstance(value, Listing):
        return value.item_namespace
    return value.namespace if isinstance(value, Record) else None


def _declaration(namespace: str | None, scope: _Scope) -> str:
    """Declare a numbered prefix for a member's type when its namespace is not in force; note it in the scope."""
    if namespace is None or namespace == scope.default or namespace in scope.prefixes:
        return ""
    prefix = f"d{scope.depth}p1"
    scope.prefixes[namespace] = prefix
    return f' xmlns:{prefix}="{namespace}"'


def _inner(value: Value, scope: _Scope) -> str:
    if isinstance(value, Record):
        return _content(value, scope)
    if isinstance(value, Listing):
        return "".join(_element(item.name, value.item_namespace, item, scope) for item in value.items)
    if isinstance(value, bool):
        return "true" if value else "false"
    return decimal_text(value) if isinstance(value, Decimal) else _escaped(str(value))


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda match: _NAMED.get(match[0], f"&#x{ord(match[0]):X};"), text)

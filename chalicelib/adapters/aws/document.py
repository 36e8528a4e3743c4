"""AWS's JSON protocols 1.0 and 1.1: how a call is written and its answer read. Bytes travel as base64."""

import base64
import json
from collections.abc import Mapping
from typing import Any
from zlib import crc32

from chalicelib.adapters.aws.faults import AwsError
from chalicelib.adapters.http.answer import UnparsableAnswerError, UnreadableAnswerError
from chalicelib.adapters.http.transport import HttpAnswer

OK = 200


def written(document: Mapping[str, Any]) -> bytes:
    """Return a document as it is sent."""
    return json.dumps(document, default=_base64, separators=(",", ":")).encode()


def read(answer: HttpAnswer) -> dict[str, Any]:
    """Return the document of a success, without members that are null.

    Raises:
        AwsError: the service has refused the call.
        UnreadableAnswerError: this is no whole answer of AWS, so nobody knows what became of the call.
    """
    _require_whole(answer)
    document = _document(answer.body)
    if answer.status != OK:
        raise AwsError(_code(answer, document), answer.status, document)
    if "x-amzn-requestid" not in answer.headers:
        raise UnreadableAnswerError("this answer did not come from AWS")  # an empty 200, say, or a page of a network
    return document


def bytes_of(text: str) -> bytes:
    """Return the bytes that a text spells in base64.

    Raises:
        ValueError: it spells none.
    """
    return base64.b64decode(text, validate=True)


def _require_whole(answer: HttpAnswer) -> None:
    """Compare the body with its checksum, which DynamoDB always sends along and the others never do."""
    told = answer.headers.get("x-amz-crc32")
    if told is not None and told.strip() != str(crc32(answer.body)):
        raise UnreadableAnswerError("the answer does not fit its checksum")


def _document(body: bytes) -> dict[str, Any]:
    """Read a body; an empty one is none of AWS's, but what is left where a head was cut off before it said a length."""
    try:
        document = json.loads(body, object_hook=_with_bytes)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        # Without its cause on purpose: that one holds the whole text.
        raise UnparsableAnswerError("the answer is no document")
    return {name: member for name, member in document.items() if member is not None}


def _with_bytes(members: dict[str, Any]) -> dict[str, Any]:
    """Return a JSON object; of DynamoDB's typed attributes, bytes as bytes."""
    if len(members) == 1 and isinstance(text := members.get("B"), str):
        members["B"] = bytes_of(text)
    return members


def _code(answer: HttpAnswer, document: Mapping[str, Any]) -> str:
    """Return the name of an error: `com.amazonaws.dynamodb.v20120810#Name`, or `Name:http://…` in the header."""
    told = document.get("__type") or answer.headers.get("x-amzn-errortype") or ""
    return str(told).partition(":")[0].rpartition("#")[2]


def _base64(value: object) -> str:
    if not isinstance(value, bytes):
        msg = f"{type(value).__name__} has no place in a call"
        raise TypeError(msg)
    return base64.b64encode(value).decode()

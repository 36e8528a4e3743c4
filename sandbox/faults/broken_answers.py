"""Misbehave in the answer as a whole: its status, its type, its bytes."""

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import replace
from http import HTTPStatus

from sandbox.adultwork.api import unknown_path
from sandbox.connection.message import Answer
from sandbox.connection.wire import Send, Step
from sandbox.faults.exchange import Exchange
from sandbox.writing.documents import MODELS, ErrorDocument, Reply
from sandbox.writing.representation import JSON, XML

_PAGE = b"""<!DOCTYPE html>
<html><head><title>Just a moment...</title></head><body><h1>Checking your browser</h1></body></html>
"""
_DOCTYPE = b'<!DOCTYPE MadeBooking [<!ENTITY who "sandbox">]>'


def status(exchange: Exchange) -> Iterator[Step]:
    """Answer `status` with a readable error body; carry out first only if `commit` is true."""
    exchange.perform_if_told()
    retry_after = exchange.text("retry_after") or str(exchange.integer("retry_after", -1))
    headers = () if retry_after == "-1" else (("Retry-After", retry_after),)
    message = ErrorDocument(exchange.text("message"))
    yield Send(exchange.answer(Reply(exchange.integer("status"), message, headers)))


def html(exchange: Exchange) -> Iterator[Step]:
    """Answer an HTML page with `status`; carry out first only if `commit` is true."""
    exchange.perform_if_told()
    yield Send(Answer(exchange.integer("status"), "text/html; charset=utf-8", _PAGE))


def redirect(exchange: Exchange) -> Iterator[Step]:
    """Redirect with `status` to `location` (default: the same address again); `commit` as above."""
    exchange.perform_if_told()
    location = exchange.text("location", exchange.url + exchange.request.target)
    yield Send(Answer(exchange.integer("status"), headers=(("Location", location),)))


def empty(exchange: Exchange) -> Iterator[Step]:
    """Answer `status` with an empty body; carries out first unless `commit` is false."""
    exchange.perform_if_told()
    yield Send(Answer(exchange.integer("status")))


def not_found(exchange: Exchange) -> Iterator[Step]:
    """Answer 404 as for a path that does not exist, and do nothing."""
    yield Send(exchange.answer(unknown_path(exchange.request).reply))


def accepted(exchange: Exchange) -> Iterator[Step]:
    """Carry out and answer as usual, but with 202."""
    yield Send(replace(exchange.honest_answer(), status=HTTPStatus.ACCEPTED))


def created(exchange: Exchange) -> Iterator[Step]:
    """Carry out and answer as usual, but with 201."""
    yield Send(replace(exchange.honest_answer(), status=HTTPStatus.CREATED))


def content_coding(exchange: Exchange) -> Iterator[Step]:
    """Carry out and answer in a content `coding` that nobody asked for."""
    answer, coding = exchange.honest_answer(), exchange.text("coding")
    body = gzip.compress(answer.body) if coding == "gzip" else zlib.compress(answer.body)
    yield Send(replace(answer, body=body, headers=(*answer.headers, ("Content-Encoding", coding))))


def huge_body(exchange: Exchange) -> Iterator[Step]:
    """Carry out and answer a sound body that trailing spaces bring to `bytes`."""
    answer = exchange.honest_answer()
    yield Send(replace(answer, body=answer.body.ljust(exchange.integer("bytes"))))


def wrong_content_type(exchange: Exchange) -> Iterator[Step]:
    """Carry out and answer the usual body under `content_type`."""
    yield Send(replace(exchange.honest_answer(), content_type=exchange.text("content_type")))


def json_instead(exchange: Exchange) -> Iterator[Step]:
    """Carry out and answer in JSON, whatever Accept says."""
    yield Send(exchange.honest_answer(JSON))


def xml_instead(exchange: Exchange) -> Iterator[Step]:
    """Carry out and answer in XML, whatever Accept says."""
    yield Send(exchange.honest_answer(XML))


def wrong_namespace(exchange: Exchange) -> Iterator[Step]:
    """Carry out and answer in XML whose model namespaces are others."""
    answer = exchange.honest_answer(XML)
    yield Send(replace(answer, body=answer.body.replace(MODELS.encode(), b"urn:example:somebody-elses-models")))


def garbled(exchange: Exchange) -> Iterator[Step]:
    """Carry out and answer in XML that opens an element twice instead of closing it, as the printed sample does."""
    answer = exchange.honest_answer(XML)
    closing = b"</PhoneNumber>" if b"</PhoneNumber>" in answer.body else b"</"
    yield Send(replace(answer, body=answer.body.replace(closing, closing.replace(b"/", b""), 1)))


def doctype(exchange: Exchange) -> Iterator[Step]:
    """Carry out and answer in XML with a document type declaration in front."""
    answer = exchange.honest_answer(XML)
    yield Send(replace(answer, body=_DOCTYPE + answer.body))


def odd_encoding(exchange: Exchange) -> Iterator[Step]:
    """Carry out and answer in XML that declares `encoding`; its bytes are UTF-8 all the same unless `is_true`."""
    answer, encoding = exchange.honest_answer(XML), exchange.text("encoding")
    body = f'<?xml version="1.0" encoding="{encoding}"?>{answer.body.decode()}'
    content = body.encode(encoding if exchange.flag("is_true") else "utf-8", "replace")
    yield Send(replace(answer, content_type=XML, body=content))

"""Misbehave on the connection: late, slow, cut or not at all."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from sandbox.connection.wire import Close, Pause, Reset, Send, Step, Write
from sandbox.faults.exchange import Exchange


def latency(exchange: Exchange) -> Iterator[Step]:
    """Wait `seconds`, then carry out and answer as usual."""
    yield Pause(exchange.number("seconds"))
    yield Send(exchange.honest_answer())


def slow_answer(exchange: Exchange) -> Iterator[Step]:
    """Carry out at once, wait `seconds`, then answer."""
    answer = exchange.honest_answer()
    yield Pause(exchange.number("seconds"))
    yield Send(answer)


def reset_before_commit(_: Exchange) -> Iterator[Step]:
    """Abort the connection (RST) before anything happens."""
    yield Reset()


def reset_after_commit(exchange: Exchange) -> Iterator[Step]:
    """Carry out, then abort the connection (RST) without a byte."""
    exchange.perform()
    yield Reset()


def commit_then_drop(exchange: Exchange) -> Iterator[Step]:
    """Carry out, then close the connection without a byte."""
    exchange.perform()
    yield Close()


def drop_then_commit(exchange: Exchange) -> Iterator[Step]:
    """Close the connection without a byte, and carry out only `seconds` later."""
    yield Close()
    yield Pause(exchange.number("seconds"))
    exchange.perform()


def drip(exchange: Exchange) -> Iterator[Step]:
    """Carry out, then answer one byte each `interval` seconds; `part` says which part drips."""
    answer = exchange.honest_answer()
    head, body, part = answer.head(), answer.body, exchange.text("part")
    if part == "body":
        yield Write(head)
    dripping = {"headers": head, "body": body}.get(part, head + body)
    for position in range(len(dripping)):
        yield Write(dripping[position : position + 1])
        yield Pause(exchange.number("interval"))
    if part == "headers":
        yield Write(body)


def stall(exchange: Exchange) -> Iterator[Step]:
    """Carry out, send the headers, and then nothing for `seconds`; close at the end."""
    yield Write(exchange.honest_answer().head())
    yield Pause(exchange.number("seconds"))
    yield Close()


def truncation(exchange: Exchange) -> Iterator[Step]:
    """Carry out, announce the whole body, send only `at` bytes of it (default half), and close."""
    answer = exchange.honest_answer()
    yield Write(answer.head() + answer.body[: _cut(exchange, answer.body)])
    yield Close()


def truncation_with_matching_length(exchange: Exchange) -> Iterator[Step]:
    """Carry out and answer a body cut to `at` bytes (default half) with a Content-Length that fits the cut."""
    answer = exchange.honest_answer()
    yield Send(replace(answer, body=answer.body[: _cut(exchange, answer.body)]))


def close_after_answer(exchange: Exchange) -> Iterator[Step]:
    """Answer as usual, announce nothing, and close the connection, so that a kept one turns out to be dead."""
    answer = exchange.honest_answer()
    yield Write(answer.head() + answer.body)
    yield Close()


def framing(exchange: Exchange) -> Iterator[Step]:
    """Carry out and answer in another framing: `form` says which; the first three are sound."""
    answer = exchange.honest_answer()
    fields, body = _FRAMINGS[exchange.text("form")](answer.body)
    usual = f"Content-Length: {len(answer.body)}"
    yield Write(answer.head().replace(usual.encode(), fields.encode()) + body)


def _in_chunks(body: bytes) -> tuple[str, bytes]:
    middle = len(body) // 2
    chunks = (f"{len(part):x}\r\n".encode() + part + b"\r\n" for part in (body[:middle], body[middle:]) if part)
    return "Transfer-Encoding: chunked", b"".join(chunks) + b"0\r\n\r\n"


# What stands in the place of Content-Length, and what follows the head.
_FRAMINGS: dict[str, Callable[[bytes], tuple[str, bytes]]] = {
    "length-list": lambda body: (f"Content-Length: {len(body)}, {len(body)}", body),
    "repeated-length": lambda body: (f"Content-Length: {len(body)}\r\nContent-Length: {len(body)}", body),
    "chunked": _in_chunks,
    "two-lengths": lambda body: (f"Content-Length: {len(body)}\r\nContent-Length: 1", body),
    "broken-head": lambda body: (f"Content-Length: {len(body)}\r\nthis is no header", body),
}
FRAMINGS = tuple(_FRAMINGS)


def _cut(exchange: Exchange, body: bytes) -> int:
    return exchange.integer("at", len(body) // 2)

"""JSON lines on standard output, with an allow-list: what is not known to be harmless is not written.

Each field has a shape; a value of another shape, or a field that is not listed, becomes `[redacted]`. Exceptions are
told by type and place, never by their text, and foreign loggers only by name and level: both may quote a caller. A line that
counts or measures carries that in CloudWatch's embedded metric format, for the stage and the function that it comes from.
"""

import json
import logging
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import PurePath
from traceback import walk_tb
from types import MappingProxyType

from chalicelib import VERSION
from chalicelib.watch.call import current
from chalicelib.watch.metrics import FUNCTION, STAGE, Measure, embedded

REDACTED = "[redacted]"
LONGEST_VALUE = 200
LOCAL = "local"  # the stage and the function of a process that was told none
_LONGEST_TRACE = 12
_OWN_LOGGER = "chalicelib.log"
_encoded = json.JSONEncoder(separators=(",", ":")).encode  # made once: json.dumps makes one for each line

Shape = Callable[[object], bool]


def _text(pattern: str) -> Shape:
    compiled = re.compile(pattern)
    return lambda value: isinstance(value, str) and compiled.fullmatch(value) is not None


def _whole(least: int, most: int) -> Shape:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


SLUG = r"[a-z]+(-[a-z0-9]+)*"
SHAPES: dict[str, Shape] = {
    "method": _text("GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS"),
    "route": _text(r"/[A-Za-z0-9/{}+_-]*"),
    "status": _whole(100, 599),
    "upstream_status": _whole(100, 599),
    "duration_ms": _whole(0, 900_000),
    "attempt": _whole(0, 100),
    "count": _whole(0, 1_000_000),
    "request_id": _text(r"[A-Za-z0-9._-]{1,128}|sha256:[0-9a-f]{22}"),
    "operation_id": _text(r"op_[0-9A-HJKMNP-TV-Z]{26}"),
    "booking_id": _whole(0, 2**63),
    "problem": _text(SLUG),
    "reason": _text(SLUG),
    "cause": _text(r"_?[A-Z][A-Za-z0-9]{0,59}(:[A-Za-z][A-Za-z0-9_.-]{0,59})?"),
    "header": _text(r"[A-Z][A-Za-z]*(-[A-Z][A-Za-z]*)*"),
    "settings": _text(r"[A-Z][A-Z0-9_]*(, [A-Z][A-Z0-9_]*)*"),
    "version": _text(r"[0-9]{1,3}(\.[0-9]{1,3}){2}"),
    "trace_id": _text(r"[0-9a-f]{32}"),
}
# What metrics are told for: the variable that names it, and its shape.
_DIMENSIONS: Mapping[str, tuple[str, Shape]] = {
    STAGE: ("STAGE", _text(r"[a-z][a-z0-9-]{0,31}")),
    FUNCTION: ("AWS_LAMBDA_FUNCTION_NAME", _text(r"[A-Za-z0-9_-]{1,64}")),
}
_NOTHING: Mapping[str, Measure] = MappingProxyType({})


def event(
    name: str,
    /,
    *,
    level: int = logging.INFO,
    metric: str | None = None,
    measures: Mapping[str, Measure] = _NOTHING,
    **fields: object,
) -> None:
    """Write one line.

    Args:
        name: what happened, in code's own words (`request`, `audit.pending`).
        level: a level of the standard library.
        metric: counts 1 under this name in CloudWatch; see `watch.metrics`.
        measures: what else CloudWatch is told, by the names of metrics.
        fields: see SHAPES; those that are None are left out.
    """
    _write(name, level, metric, measures, fields)


def failure(name: str, error: BaseException, /, *, metric: str | None = None, **fields: object) -> None:
    """Write one line at level ERROR about an exception: its type, its causes' types and where it was raised.

    `metric` counts 1 under this name, as in `event`.
    """
    causes = [_type_name(cause) for cause in _causes(error)]
    told = {"error": _type_name(error), "causes": causes, "frames": _frames(error)}
    _write(name, logging.ERROR, metric, _NOTHING, fields, told)


def configure(environment: Mapping[str, str] = MappingProxyType({})) -> None:
    """Make JSON lines the only output of every logger in the process. May be called again.

    `environment` says in STAGE and AWS_LAMBDA_FUNCTION_NAME what metrics are told for.
    """
    root = logging.getLogger()
    told = {dimension: environment.get(variable) or LOCAL for dimension, (variable, _) in _DIMENSIONS.items()}
    sound = {name: value if _DIMENSIONS[name][1](value) else REDACTED for name, value in told.items()}
    root.handlers = [_StandardOutput(sound)]
    root.setLevel(logging.WARNING)
    logging.getLogger(_OWN_LOGGER).setLevel(logging.INFO)


def adopt(logger: logging.Logger) -> None:
    """Take away a logger's own handlers, so that it speaks through ours."""
    logger.handlers.clear()
    logger.propagate = True


class _StandardOutput(logging.Handler):
    """Writes to whatever standard output is now; an output that is gone fails no request."""

    def __init__(self, dimensions: Mapping[str, str]) -> None:
        super().__init__()
        self._dimensions = dimensions

    def emit(self, record: logging.LogRecord) -> None:
        line = _line(record, self._dimensions)
        if line is not None:
            with suppress(OSError, ValueError):
                sys.stdout.write(_encoded(line) + "\n")
                sys.stdout.flush()


def _write(  # noqa: PLR0913, PLR0917 (the parts of one line)
    name: str,
    level: int,
    metric: str | None,
    measures: Mapping[str, Measure],
    fields: Mapping[str, object],
    told: Mapping[str, object] = MappingProxyType({}),
) -> None:
    known = {key: _harmless(key, value) for key, value in fields.items() if value is not None}
    counted = {**measures, metric: 1} if metric is not None else measures
    logging.getLogger(_OWN_LOGGER).log(level, name, extra={"known_fields": {**known, **told}, "measures": counted})


def _line(record: logging.LogRecord, dimensions: Mapping[str, str]) -> dict[str, object] | None:
    """Return the members of a line; None for a foreign record below WARNING."""
    time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
    line: dict[str, object] = {"time": time, "level": record.levelname, "version": VERSION}
    if (trace := current().trace) is not None:
        line["trace_id"] = _harmless("trace_id", trace.identifier)
    if record.name != _OWN_LOGGER:
        return None if record.levelno < logging.WARNING else line | {"event": "foreign", "logger": record.name}
    extra = record.__dict__
    counted = embedded(extra["measures"], dimensions, int(record.created * 1000))
    return {**line, "event": record.msg, **extra["known_fields"], **counted}


def _harmless(key: str, value: object) -> object:
    """Return a value whose shape is the field's own, cut; anything else redacted."""
    shape = SHAPES.get(key)
    if shape is None or not shape(value):
        return REDACTED
    return value[:LONGEST_VALUE] if isinstance(value, str) else value


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Walk the chain of causes, which may be a ring, for a few steps."""
    for _ in range(4):
        cause = error.__cause__ or error.__context__
        if cause is None:
            return
        yield cause
        error = cause


def _type_name(error: BaseException) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}"


def _frames(error: BaseException) -> list[str]:
    """Return `file:line:function` of the innermost calls, outermost first."""
    places = [
        f"{'/'.join(PurePath(frame.f_code.co_filename).parts[-2:])}:{line}:{frame.f_code.co_name}"
        for frame, line in walk_tb(error.__traceback__)
    ]
    return places[-_LONGEST_TRACE:]

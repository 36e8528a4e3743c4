"""Describe and check the settings that faults take."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sandbox.faults.exchange import Setting

LONGEST_SECONDS = 3600.0
LARGEST_BYTES = 64 * 1024 * 1024


class FaultError(ValueError):
    """Say why a fault cannot be armed."""


@dataclass(frozen=True)
class Parameter:
    """Hold one setting of a fault: its name, its default, what it takes in words, and the check of it."""

    name: str
    default: Setting
    takes: str
    is_sound: Callable[[object], bool]

    def read(self, value: object) -> Setting:
        """Return a given value if it is sound; null stands for the default."""
        if value is None:
            return self.default
        if not self.is_sound(value) or not isinstance(value, str | int | float):
            message = f"{self.name} takes {self.takes}, not {value!r}"
            raise FaultError(message)
        return value


def seconds(name: str, default: float) -> Parameter:
    """Describe a setting in seconds."""
    takes = f"seconds from 0 to {LONGEST_SECONDS:g}"
    return Parameter(name, default, takes, lambda value: _is_number(value, LONGEST_SECONDS))


def count(name: str, default: int | None, most: int = LARGEST_BYTES) -> Parameter:
    """Describe a setting that is a whole number."""
    takes = f"a whole number from 0 to {most}"
    return Parameter(name, default, takes, lambda value: isinstance(value, int) and _is_number(value, most))


def status(default: int) -> Parameter:
    """Describe a setting that is an HTTP status."""
    takes = "a status from 200 to 599"
    return Parameter("status", default, takes, _is_status)


def flag(name: str, *, default: bool) -> Parameter:
    """Describe a setting that is true or false."""
    return Parameter(name, default, "true or false", lambda value: isinstance(value, bool))


def text(name: str, default: str | None) -> Parameter:
    """Describe a setting that is a text fit for a header."""
    return Parameter(name, default, "a text without line breaks", _is_line)


def choice(name: str, *values: str) -> Parameter:
    """Describe a setting with a few allowed values, the first of which is the default."""
    return Parameter(name, values[0], f"one of {', '.join(values)}", lambda value: value in values)


def either(name: str, default: Setting) -> Parameter:
    """Describe a setting that is a text or a whole number."""
    takes = "a text or a whole number"
    return Parameter(name, default, takes, lambda value: _is_line(value) or _is_plain_integer(value))


def read_settings(parameters: tuple[Parameter, ...], given: Mapping[str, object]) -> dict[str, Setting]:
    """Return a value for every parameter; raise FaultError for unknown names and unsound values."""
    known = {parameter.name for parameter in parameters}
    unknown = sorted(set(given) - known)
    if unknown:
        message = f"unknown parameter {', '.join(unknown)}; this fault takes {', '.join(sorted(known)) or 'none'}"
        raise FaultError(message)
    return {parameter.name: parameter.read(given.get(parameter.name)) for parameter in parameters}


def _is_plain_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object, most: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= most


def _is_status(value: object) -> bool:
    return isinstance(value, int) and 200 <= value <= 599


def _is_line(value: object) -> bool:
    return isinstance(value, str) and "\r" not in value and "\n" not in value

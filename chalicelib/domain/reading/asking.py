"""Reading the parameters of a query: each at most once, none that is not known, every fault at once."""

from collections.abc import Mapping, Sequence

from chalicelib.domain.errors import ParametersRejectedError
from chalicelib.domain.reading.parameter import Asked, Parameter, Value
from chalicelib.domain.violation import Breach, Violation

ONCE = Breach("Send this parameter once.")
REQUIRED = Breach("Send this parameter.")


def asked_with(parameters: Sequence[Parameter], given: Mapping[str, Sequence[str]]) -> Asked:
    """Return what a query asks with; a parameter that is absent or empty is left out, since an empty one may fail upstream.

    `given` has the decoded values of each name.

    Raises:
        ParametersRejectedError: its violations tell all that is wrong.
    """
    asked: dict[str, Value] = {}
    violations = _unknown(parameters, given)
    for parameter in parameters:
        found = _value(parameter, given.get(parameter.name, ()))
        if isinstance(found, Violation):
            violations.append(found)
        elif found is not None:
            asked[parameter.name] = found
    if violations:
        raise ParametersRejectedError(violations)
    return asked


def _value(parameter: Parameter, values: Sequence[str]) -> Value | Violation | None:
    """Return the value of a parameter, what is wrong with it, or None without one."""
    pointer = f"/{parameter.name}"
    if len(values) > 1:
        return Violation.of(pointer, "once", ONCE)
    if not values or not values[0]:
        return Violation.of(pointer, "required", REQUIRED) if parameter.is_required else None
    read = parameter.form.read(values[0])
    return Violation.of(pointer, parameter.form.rule, read) if isinstance(read, Breach) else read


def _unknown(parameters: Sequence[Parameter], given: Mapping[str, Sequence[str]]) -> list[Violation]:
    """Return one violation if a name is not known; it does not repeat the name, which is the caller's own text."""
    known = tuple(parameter.name for parameter in parameters)
    if set(given) <= set(known):
        return []
    message = f"Leave other parameters out. Known are: {', '.join(known)}." if known else "Leave all parameters out."
    return [Violation("", "unknown-parameter", message, {"allowed": known})]

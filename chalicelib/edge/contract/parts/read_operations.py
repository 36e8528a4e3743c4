"""The operations of the reads, made from the table of endpoints."""

from collections.abc import Iterable, Mapping

from chalicelib.domain.reading.endpoint import Endpoint
from chalicelib.edge.contract.operation import JSON, Operation, Success
from chalicelib.edge.contract.parts.reads import component, schema_name


def read_operations(endpoints: Iterable[Endpoint]) -> Mapping[tuple[str, str], Operation]:
    """Return an operation for each endpoint."""
    return {(endpoint.path, "GET"): _operation(endpoint) for endpoint in endpoints}


def _operation(endpoint: Endpoint) -> Operation:
    """Return the operation of one endpoint."""
    name = endpoint.name.removeprefix("Get")
    scope_problems = ("insufficient-scope",) if endpoint.scope is not None else ()
    return Operation(
        f"read{name}",
        endpoint.group,
        endpoint.summary,
        f"{endpoint.about} AdultWork is asked anew each time; nothing is claimed, recorded or kept.",
        Success(200, "What AdultWork answers.", {JSON: schema_name(endpoint)}),
        problems=(
            *("missing-token", "invalid-token", *scope_problems, "parameters-rejected"),
            *("upstream-refused", "upstream-unavailable", "internal-error"),
        ),
        scopes=() if endpoint.scope is None else (endpoint.scope,),
        parameters=(*(component(endpoint, parameter) for parameter in endpoint.parameters), "X-Request-Id"),
    )

"""Whether what the clock starts has concurrency of its own, by which it runs once at a time; a new account can spare none.

Nothing is lost without: each write is on a condition, and the rival of a digest is refused.
"""

from collections.abc import Iterator, Mapping

from devtools.deploy.parts import Json, is_given, text, when

NAME, CONDITION = "HourlyConcurrency", "HasHourlyConcurrency"
FUNCTIONS = ("ExpireOperations", "DigestHandler", "ErrandsHandler")
# Lambda reserves none of an account's last 100 concurrent executions. Source: its developer guide, "Configuring reserved
# concurrency for a function".
NEVER_RESERVED = 100


def parameters() -> dict[str, Json]:
    """Return the switch."""
    told = (
        "`1`: each of the three functions that the clock starts runs once at a time. Empty for an account that has no "
        "concurrent executions to reserve, as a new one."
    )
    return {NAME: text("^1?$", "1", told)}


def add(app: Json) -> None:
    """Let the functions of the app's template have it as the parameter says."""
    app["Conditions"][CONDITION] = is_given(NAME)
    for name in FUNCTIONS:
        app["Resources"][name]["Properties"]["ReservedConcurrentExecutions"] = when(CONDITION, {"Ref": NAME})


def faults(values: Mapping[str, str], unreserved: int) -> Iterator[str]:
    """Yield why a first deployment with parameters cannot be in an account with so many `unreserved` executions."""
    wanted = len(FUNCTIONS) * bool(values[NAME]) + int(values["ReservedConcurrency"] or 0)
    if wanted and unreserved - wanted < NEVER_RESERVED:
        yield (
            f"{wanted} concurrent executions cannot be reserved: the account has {unreserved}, and Lambda keeps {NEVER_RESERVED} "
            f'for all functions. Until AWS has raised its limit (Service Quotas, Lambda): SET="{NAME}= ReservedConcurrency="'
        )

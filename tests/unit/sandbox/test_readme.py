"""Check that the sandbox's README tells the truth."""

import re

from devtools.places import ROOT
from sandbox.adultwork.api import ENDPOINTS
from sandbox.adultwork.cast import CANDIDATES, TOKENS
from sandbox.faults.exchange import Setting
from sandbox.faults.table import FAULTS, Fault

README = (ROOT / "sandbox" / "README.md").read_text()


def shown(value: Setting) -> str:
    """Write a default as the table does."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def row(fault: Fault) -> str:
    """Write the table's row of a fault."""
    settings = [
        f"`{parameter.name}`" + ("" if parameter.default is None else f" ({shown(parameter.default)})")
        for parameter in fault.parameters
    ]
    return f"| `{fault.name}` | {fault.description} | {'; '.join(settings) or 'none'} |"


def test_the_table_of_faults_is_the_one_in_force() -> None:
    """Compare all rows, in order, with the table of the code."""
    table = README.partition("| fault | what it does |")[2].partition("\n\n")[0].splitlines()[2:]
    assert table == [row(fault) for fault in FAULTS.values()]


def test_every_endpoint_is_listed_with_its_scope() -> None:
    """Look for each path."""
    lines = [line for line in README.splitlines() if line.startswith(("| `GET /v1", "| `POST /v1"))]
    assert len(lines) == len(ENDPOINTS)
    for endpoint in ENDPOINTS:
        call = f"{endpoint.method} {endpoint.path}"
        (line,) = [line for line in lines if re.match(rf"\| `{call}\b", line)]
        assert line.endswith(f"| `{endpoint.scope}` |" if endpoint.scope else "| none |")


def test_the_cast_is_complete() -> None:
    """Look for each token and each candidate."""
    for token, user_id in TOKENS.items():
        assert f"| `{token}` | {user_id} |" in README
    for user_id in CANDIDATES:
        assert f"\n| {user_id} |" in README

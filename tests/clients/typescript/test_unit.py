"""What the client does with each answer, told by its own tests, which Node runs."""

from pathlib import Path

from devtools.node_packages import environment
from devtools.places import ROOT
from tests.clients.typescript.node import HERE, NODE, run

PARTS = ("unit", "changes", "reads", "sign-in")


def test_the_clients_own_tests_pass(bundles: tuple[Path, Path]) -> None:
    """On the bundle, as an app would have it; none is skipped, and all of them ran."""
    variables = (f"BUNDLE={bundles[0].as_uri()}", f"CONTRACT={ROOT / 'docs' / 'openapi.json'}")
    done = run(
        "env", *variables, NODE, "--test", "--test-reporter=tap", *(str(HERE / f"{part}.test.mjs") for part in PARTS)
    )
    told = dict(
        line[2:].split(" ", 1) for line in done.stdout.splitlines() if line.startswith("# ") and " " in line[2:]
    )
    assert done.returncode == 0, done.stdout
    assert int(told["pass"]) == int(told["tests"]) > 130
    assert environment()["PATH"].startswith(str(Path(NODE).parent))

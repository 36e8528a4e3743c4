"""What a container of the booking path loads: nothing of the reviewers' side."""

import json
import os
import subprocess
import sys

from devtools.places import ROOT

CODE = """
import json, sys
import app
import chalicelib.bootstrap
chalicelib.bootstrap.container()
print(json.dumps(sorted(sys.modules)))
"""


def test_a_booking_container_loads_nothing_of_the_reviewers() -> None:
    """Start one in a process of its own, and look."""
    done = subprocess.run(  # noqa: S603 (our own interpreter)
        [sys.executable, "-c", CODE],
        cwd=ROOT,
        env={**os.environ, "HMAC_KEY": "a key for a test of what is loaded, long enough"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    loaded: list[str] = json.loads(done.stdout.splitlines()[-1])
    assert "chalicelib.application.booking.place_booking" in loaded
    allowed = {"chalicelib.domain.reviewer_errors", "chalicelib.edge.problems.reviewers"}  # names and texts of problems
    ours = {name for name in loaded if name.startswith("chalicelib.")} - allowed
    assert [name for name in ours if "review" in name or "console" in name] == []
    assert not {"jinja2", "markupsafe", "jwt", "chalicelib.adapters.oidc", "cryptography.x509"} & set(loaded)

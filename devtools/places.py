"""Where things lie in the repository."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UPSTREAM_SAMPLES = ROOT / "tests" / "data" / "upstream"

"""Install what the TypeScript client is made and tested with: `python -m devtools.node_packages`.

Node and npm come with this environment. npm takes exactly what the lock file pins, checks each package's hash, and runs none
of their scripts.
"""

import os
import subprocess
import sys
from pathlib import Path

from devtools.places import ROOT

CLIENT = ROOT / "clients" / "typescript"
BIN = Path(sys.executable).parent
NPM_CI = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")


def environment() -> dict[str, str]:
    """Return the environment in which `node` and `npm` are those of this project."""
    return {**os.environ, "PATH": os.pathsep.join([str(BIN), os.environ.get("PATH", os.defpath)])}


def tool(name: str) -> str:
    """Return the path of a program that npm installed, such as `tsc`."""
    return str(CLIENT / "node_modules" / ".bin" / name)


def main() -> int:
    """Install the packages; return the exit status."""
    return subprocess.run([str(BIN / "npm"), *NPM_CI], cwd=CLIENT, env=environment(), check=False).returncode


if __name__ == "__main__":
    sys.exit(main())

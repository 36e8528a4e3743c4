"""Create a virtual environment from a hashed requirements file: `python3 create_environment.py DIRECTORY REQUIREMENTS`.

Runs on the machine's own Python, before anything is installed, so it needs nothing but the standard library.
"""

import subprocess
import sys
import venv
from pathlib import Path

OLDEST, NEWEST = (3, 11), (3, 14)


def main(directory: str, requirements: str) -> None:
    """Create `directory` anew and install exactly what `requirements` pins, wheels only."""
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        sys.exit(
            f"Python {sys.version.split()[0]} found; Switchboard needs 3.11 to 3.14. Try: make PYTHON=python3.12 …"
        )
    try:
        venv.create(directory, clear=True, with_pip=True)
    except (subprocess.CalledProcessError, ImportError):
        sys.exit("This Python cannot create virtual environments. On Debian or Ubuntu: apt-get install python3-venv")
    python = str(Path(directory, "bin", "python"))
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    subprocess.run([*install, "--only-binary", ":all:", "--requirement", requirements], check=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

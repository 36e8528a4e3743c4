"""Create a virtual environment from a hashed requirements file: `python3 -m devtools.create_environment DIRECTORY REQUIREMENTS`.

Runs on the machine's own Python, before anything is installed, so it needs nothing but the standard library.
"""

import subprocess
import sys
import venv
from pathlib import Path

OLDEST, NEWEST = (3, 11), (3, 14)
OFFLINE = ("connection broken by", "(from versions: none)", "Max retries exceeded", "Read timed out")


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
    command = [*install, "--only-binary", ":all:", "--requirement", requirements]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{requirements} could not be installed. {advice(done.stderr)}")


def advice(said: str) -> str:
    """Return what to do about what pip said, in one line."""
    if any(sign in said for sign in OFFLINE):
        return "pip found nothing at its package index: check the network (PIP_INDEX_URL, HTTPS_PROXY), then run make again."
    errors = [line for line in said.splitlines() if line.startswith("ERROR: ")] or ["pip gave no reason."]
    return f"pip says: {errors[0].removeprefix('ERROR: ')}"


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit("\nStopped in the middle of the set-up. The next make target begins it anew.")

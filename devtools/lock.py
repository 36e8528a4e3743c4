"""Compile the requirements files: pinned, hashed, for every supported Python, without any index address."""

import subprocess
import sys
from pathlib import Path

from devtools.places import ROOT

TARGETS: dict[str, tuple[str, ...]] = {
    "requirements.txt": ("--group", "pyproject.toml:function"),
    # With extras: pip takes `coverage` for no pin of the `coverage[toml]` that a plugin asks for, and refuses the whole file.
    "requirements-dev.txt": ("pyproject.toml", "--extra", "dev", "--no-strip-extras"),
    "devtools/requirements-ministack.txt": ("devtools/ministack.in",),
    "devtools/bench/requirements-peers.txt": ("devtools/bench/peers.in",),
    "devtools/deploy/inspection/requirements-checkov.txt": ("devtools/deploy/inspection/checkov.in",),
}


def compile_command(output: str) -> list[str]:
    """Return the command that compiles one requirements file, keeping the pins that it has."""
    options = "--universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --quiet"
    uv = str(Path(sys.executable).with_name("uv"))
    named = ["--custom-compile-command", "make lock", "--output-file", output]
    return [uv, "pip", "compile", *TARGETS[output], *options.split(), *named]


def main() -> None:
    """Compile every file; arguments are passed on (`--upgrade`)."""
    for output in TARGETS:
        subprocess.run([*compile_command(output), *sys.argv[1:]], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()

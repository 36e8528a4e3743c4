"""The code as it would lie in a deployed function: what ships and what the platform brings, and nothing of this repository.

So a start does not pay for the many packages of a development environment, nor for compiling.
"""

import compileall
import re
import shutil
from importlib.metadata import files
from pathlib import Path
from py_compile import PycInvalidationMode

from devtools.dynamodb import ROOT

CODE, PACKAGES = "code", "packages"
PLATFORM = ("boto3", "botocore", "s3transfer", "jmespath", "python-dateutil", "six")  # what the platform brings along
CHALICE = "chalice"  # `chalice package` puts its runtime part into the zip


def deployed(directory: Path) -> Path:
    """Lay out `directory` with the folders CODE and PACKAGES; return it.

    Raises:
        RuntimeError: our code does not compile.
    """
    _copy_code(directory / CODE)
    requirements = (ROOT / "requirements.txt").read_text()
    shipped = re.findall(r"^([a-z0-9-]+)==", requirements, re.MULTILINE)
    _link_packages(directory / PACKAGES, (*shipped, *PLATFORM, CHALICE))
    return directory


def _copy_code(directory: Path) -> None:
    """Copy what is measured, with bytecode that is valid whatever the dates of its files."""
    own = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "chalicelib", directory / "chalicelib", ignore=own)
    shutil.copytree(ROOT / "devtools" / "bench", directory / "devtools" / "bench", ignore=own)
    for name in ("app.py", "devtools/__init__.py"):
        shutil.copy(ROOT / name, directory / name)
    if not compileall.compile_dir(directory, quiet=1, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH):
        raise RuntimeError("the code does not compile")


def _link_packages(directory: Path, names: tuple[str, ...]) -> None:
    """Link the installed packages; the bytecode that was installed with them comes along."""
    directory.mkdir()
    for name in names:
        places = files(name) or []
        for place in {place.parts[0]: place for place in places if place.parts[0] != ".."}.values():
            link = directory / place.parts[0]
            if not link.is_symlink():
                installed = Path(str(place.locate()))
                link.symlink_to(installed.parents[len(place.parts) - 2] if len(place.parts) > 1 else installed)

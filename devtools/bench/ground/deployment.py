"""The code as it lies in a deployed function: the unpacked zip, what the platform brings, and the others beside them.

So a start pays for what it pays for in Lambda, and not for the many packages of a development environment.
"""

import compileall
import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path
from py_compile import PycInvalidationMode

from devtools.deploy.platform_packages import PLATFORM, link_platform
from devtools.places import ROOT

PEERS = ROOT / ".venv-peers"
BESIDE = ("pydantic", "annotated-types", "typing-inspection")


@dataclass(frozen=True, slots=True)
class Deployment:
    """Where each part is: the unpacked zip, the runtime's SDK, the measuring code, and the peers' packages.

    `beside` has what a naive function uses and the zip does not bring.
    """

    task: Path
    runtime: Path
    code: Path
    beside: Path
    peers: Path | None


def deploy(archive: Path, directory: Path) -> Deployment:
    """Lay everything out below `directory`.

    Raises:
        RuntimeError: the measuring code does not compile.
    """
    task, runtime, code, beside = (directory / name for name in ("task", "runtime", "code", "beside"))
    with zipfile.ZipFile(archive) as unpacked:
        unpacked.extractall(task)
    for folder, packages in ((runtime, PLATFORM), (beside, BESIDE)):
        folder.mkdir()
        link_platform(folder, packages)
    shutil.copytree(
        ROOT / "devtools" / "bench", code / "devtools" / "bench", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copy(ROOT / "devtools" / "__init__.py", code / "devtools")
    if not compileall.compile_dir(code, quiet=1, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH):
        raise RuntimeError("the measuring code does not compile")
    peers = next(PEERS.glob("lib/python3*/site-packages"), None)
    return Deployment(task, runtime, code, beside, peers)

"""The version before this one: the last release's sources, packed by the tools that they bring."""

import io
import os
import subprocess
import sys
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

from devtools.places import ROOT

# Nothing has been tagged yet. This is the last commit before functions had versions of their own, so that what is deployed and
# what comes next were on the same tables at least once. It is of no more use once there is a tag.
FROZEN = "391553fe5eb91155d9ebe798eece8a5f021eef2f"
_PACK = (
    "import sys; from pathlib import Path; from devtools.deploy.package import write_package;"
    "print(write_package('dev', Path(sys.argv[1])).zip)"
)


def last_release(root: Path = ROOT) -> str:
    """Return the tag of the last release before this commit, else the frozen one."""
    tags = _git(root, "tag", "--merged", "HEAD", "--no-contains", "HEAD", "--sort=-v:refname").decode().split()
    return tags[0] if tags else FROZEN


def earlier_zip(folder: Path, root: Path = ROOT) -> Path:
    """Return the zip of the last release out of a folder, where it is packed once: a commit does not change.

    Raises:
        RuntimeError: this clone does not have that commit, or it could not be packed; the message says what to do.
    """
    release = last_release(root)
    try:
        commit = _git(root, "rev-parse", "--verify", f"{release}^{{commit}}").decode().strip()
        sources = _git(root, "archive", commit)
    except RuntimeError as error:
        raise RuntimeError(
            f"This clone does not have {release}, the release that this version has to get on with on the same tables. "
            f"Fetch it: git fetch --unshallow --tags (a whole clone: git fetch --tags).\n{error}"
        ) from error
    packed = folder / f"{commit}-{sys.implementation.cache_tag}.zip"
    if not packed.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder) as scratch:
            _pack(sources, Path(scratch)).replace(packed)
    return packed


def _pack(sources: bytes, scratch: Path) -> Path:
    with tarfile.open(fileobj=io.BytesIO(sources)) as archive:
        archive.extractall(scratch / "sources", filter="data")
    done = subprocess.run(  # noqa: S603 (our own interpreter on our own sources)
        [sys.executable, "-c", _PACK, str(scratch)],
        cwd=scratch / "sources",
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"The last release could not be packed:\n{done.stderr}")
    return Path(done.stdout.strip().splitlines()[-1])


def _git(root: Path, *arguments: str) -> bytes:
    done = subprocess.run(["git", "-C", root, *arguments], capture_output=True, check=False)  # noqa: S603, S607 (known words; git of the machine)
    if done.returncode:
        raise RuntimeError(done.stderr.decode())
    return done.stdout

"""The folder that `make run` remembers things in: for one run at a time, and `make reset` empties it."""

import fcntl
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from devtools.places import ROOT

LOCK = "lock"


class StateInUseError(Exception):
    """Another run has the folder; the message says what to do."""


def state_folder(environment: Mapping[str, str]) -> Path:
    """Return the folder: LOCAL_STATE, or `.local` of this clone."""
    return Path(environment.get("LOCAL_STATE") or ROOT / ".local")


@contextmanager
def hold(folder: Path) -> Iterator[None]:
    """Keep everybody else out of the folder. The system lets go of it when this process ends, however it ends.

    Raises:
        StateInUseError: somebody else is in.
        OSError: the folder cannot be made or written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip() or "another one"
            raise StateInUseError(
                f"`make run` is running already (process {holder}) on {folder}. Stop it first, or name another folder:"
                " LOCAL_STATE=…"
            ) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


def empty(folder: Path) -> None:
    """Remove all that is in the folder but the lock, which stays: a new one would let two runs in.

    Raises:
        StateInUseError: a run is using it.
        OSError: something cannot be removed.
    """
    with hold(folder):
        for path in folder.iterdir():
            if path.name != LOCK:
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


def main() -> int:
    """Empty the folder: `make reset`; return the exit status."""
    folder = state_folder(os.environ)
    try:
        empty(folder)
    except (StateInUseError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{folder} is empty. The sandbox keeps nothing, so the next `make run` begins anew.")
    return 0


if __name__ == "__main__":
    sys.exit(main())

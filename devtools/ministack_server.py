"""The AWS stand-in for local work: ministack on loopback, with its state saved each second.

Runs on the interpreter of `.venv-ministack`; `devtools/dynamodb.py` starts it and sets its environment. ministack itself
saves only when it is stopped gracefully, so a hard kill would lose everything; with this it loses the last second.
"""

import os
import signal
import threading
import time

from ministack import app  # type: ignore[import-not-found]  # it has its own virtual environment
from ministack.core import persistence  # type: ignore[import-not-found]

BEAT_SECONDS = 1.0


def save_state() -> None:
    """Write the state of every service that was used; a save that meets a write is logged and repaired by the next."""
    if persistence.PERSIST_STATE:
        persistence.save_all(app._build_persistence_save_dict())  # noqa: SLF001 (it has no public way to save)


def watch(parent: int) -> None:
    """Save at each beat, and stop when the process that started this one is gone: nobody else would stop it."""
    while os.getppid() == parent:
        time.sleep(BEAT_SECONDS)
        save_state()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=watch, args=(os.getppid(),), daemon=True).start()
    app.main()

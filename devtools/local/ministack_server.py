"""The AWS stand-in for local work: ministack on loopback, where what was answered is kept.

Runs on the interpreter of `.venv-ministack`; `devtools/local/dynamodb.py` starts it and sets its environment. ministack itself
saves only when it is stopped gracefully, and a save that fails is a line in a log. Here each write is saved before it is
answered; one that cannot be saved is taken back and answered with an error, as if it had never come.
"""

import json
import os
import signal
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from ministack import app  # type: ignore[import-not-found]  # it has its own virtual environment
from ministack.core import persistence, responses  # type: ignore[import-not-found]
from ministack.services import dynamodb, kms, s3  # type: ignore[import-not-found]

BEAT_SECONDS = 1.0
READS = (
    "Get", "List", "Describe", "Query", "Scan", "BatchGet", "TransactGet", "Encrypt", "Decrypt", "ReEncrypt", "Generate",
    "Sign", "Verify",
)  # fmt: skip

Answer = tuple[int, dict[str, str], bytes]
Service = Callable[[str, str, dict[str, str], bytes, dict[str, Any]], Awaitable[Answer]]


class Keeper:
    """Keeps the state of one service in its file, in the form that ministack reads at its start."""

    def __init__(self, name: str, service: Any, lock: threading.Lock) -> None:  # noqa: ANN401 (a module of ministack's)
        self._file = Path(persistence.STATE_DIR, f"{name}.json")
        self._name = name
        self._service = service
        self._lock = lock  # ministack's own: a thread of its may remove what has expired meanwhile
        self._answer: Service = service.handle_request
        self._kept = self._file.read_text() if self._file.exists() else ""
        self._is_failing = False

    async def handle_request(
        self, method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]
    ) -> Answer:
        """Answer a request; a write only once it is saved. Nothing else runs in between: a save does not await."""
        answer = await self._answer(method, path, headers, body, query)
        is_read = method in {"GET", "HEAD"} or headers.get("x-amz-target", "").rpartition(".")[2].startswith(READS)
        if answer[0] >= 400 or is_read:
            return answer
        try:
            self._save()
        except OSError as error:
            self._take_back()
            self._tell(f"Cannot keep a write in {self._file}: {error.strerror}. Writes fail until it can be written.")
            refusal: Answer = responses.error_response_json("InternalServerError", "The write could not be kept.", 500)
            return refusal
        self._is_failing = False
        return answer

    def _save(self) -> None:
        """Write the whole state beside its file, and put it in its place. Raises OSError, and the old one stays."""
        form = {"__ministack_format__": persistence._state_format_version(self._name)}  # noqa: SLF001 (no public way)
        with self._lock:
            state = {**form, "payload": self._service.get_state()}
            text = json.dumps(state, default=persistence._json_default)  # noqa: SLF001 (the same)
        self._file.parent.mkdir(parents=True, exist_ok=True)
        draft = self._file.with_suffix(".draft")
        try:
            draft.write_text(text)
            draft.replace(self._file)
        except OSError:
            draft.unlink(missing_ok=True)
            raise
        self._kept = text

    def _take_back(self) -> None:
        """Make the memory what was kept last."""
        self._service.reset()
        if self._kept:
            kept = json.loads(self._kept, object_hook=persistence._json_object_hook)  # noqa: SLF001 (the same)
            self._service.load_persisted_state(kept["payload"])

    def _tell(self, line: str) -> None:
        """Say once what is wrong, where a person sees it."""
        if not self._is_failing:
            os.write(int(os.environ["COMPLAINTS_FD"]), f"{line}\n".encode())
        self._is_failing = True


def keep_writes() -> None:
    """Put a keeper in front of each service that we use, where state is to be kept."""
    if persistence.PERSIST_STATE:
        kept = (
            ("dynamodb", dynamodb, dynamodb._lock),  # noqa: SLF001 (no public one)
            ("kms", kms, threading.Lock()),
            ("s3", s3, threading.Lock()),  # its buckets; it keeps objects itself, in files
        )
        for name, service, lock in kept:
            service.handle_request = Keeper(name, service, lock).handle_request


def watch(parent: int) -> None:
    """Stop when the process that started this one is gone: nobody else would. There is nothing left to save."""
    while os.getppid() == parent:
        time.sleep(BEAT_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    keep_writes()
    threading.Thread(target=watch, args=(int(os.environ["PARENT"]),), daemon=True).start()
    app.main()

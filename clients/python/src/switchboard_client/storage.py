"""Where intents are kept until their outcome is known. It must outlive the process."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Protocol
from urllib.parse import quote, unquote


class Keychain(Protocol):
    """Texts under names of letters, digits, `_`, `-` and `.` alone. Called as Storage is; who reads it can book for the user."""

    def get(self, name: str) -> str | None:
        """Return the text of a name, None when there is none."""

    def set(self, name: str, text: str) -> None:
        """Keep a text before returning; raise what keeps it from being kept, and nothing is sent."""

    def remove(self, name: str) -> None:
        """Forget a name; one that is not there is no mistake."""


class Storage(Keychain, Protocol):
    """Texts under any names. The client calls it from one thread at a time, with asyncio from a thread beside the loop."""

    def names(self) -> list[str]:
        """Return all names, also those of others who use the same storage."""


class FileStorage:
    """One file for each intent, readable by its owner alone; it holds the phone number until the intent is over."""

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self._folder = Path(folder)

    def get(self, name: str) -> str | None:
        """Return the text of a name, None when there is none."""
        try:
            return self._path(name).read_text(encoding="utf-8")
        except FileNotFoundError:
            return None

    def set(self, name: str, text: str) -> None:
        """Write a draft, force it to the disk and put it in its place, so that a crash leaves the old text or the new one."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._path(name)
        draft = path.with_name(f"{path.name}.{os.getpid()}.draft")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)

    def remove(self, name: str) -> None:
        """Forget a name; one that is not there is no mistake."""
        self._path(name).unlink(missing_ok=True)

    def names(self) -> list[str]:
        """Return all names."""
        with suppress(FileNotFoundError):
            return [unquote(path.name) for path in self._folder.iterdir() if path.suffix != ".draft"]
        return []

    def _path(self, name: str) -> Path:
        return self._folder / quote(name, safe="")


class MemoryStorage:
    """For tests, and for scripts that may lose what they were doing."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}

    def get(self, name: str) -> str | None:
        """Return the text of a name, None when there is none."""
        return self._texts.get(name)

    def set(self, name: str, text: str) -> None:
        """Keep a text."""
        self._texts[name] = text

    def remove(self, name: str) -> None:
        """Forget a name; one that is not there is no mistake."""
        self._texts.pop(name, None)

    def names(self) -> list[str]:
        """Return all names."""
        return list(self._texts)

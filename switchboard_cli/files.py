"""Folders of files with their sums: written so that a folder is whole or not there, and read piece by piece."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from chalicelib.domain.review.exports.manifest import FileSum

PIECE = 1 << 20


class Folder:
    """A folder that is being written, beside its place until it is whole; only its owner can read it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._draft = path.with_name(f"{path.name}.part")
        self._open: dict[str, tuple[IO[bytes], FileSum]] = {}
        self._files = ExitStack()

    def __enter__(self) -> Self:
        self._draft.mkdir(mode=0o700, parents=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._files.close()
        if kind is None:
            self._draft.rename(self.path)
        else:
            shutil.rmtree(self._draft, ignore_errors=True)

    @property
    def sums(self) -> list[FileSum]:
        """Return the sums of what was written so far."""
        return [sum_ for _, sum_ in self._open.values()]

    def open(self, *names: str) -> None:
        """Begin files; one that is never written to is there, and empty."""
        for name in names:
            if name not in self._open:
                self._open[name] = (self._files.enter_context((self._draft / name).open("xb")), FileSum(name))

    def write(self, name: str, *pieces: bytes) -> None:
        """Write pieces behind what a file has."""
        self.open(name)
        file, sum_ = self._open[name]
        for piece in pieces:
            file.write(sum_.take(piece))


def sum_of(path: Path) -> FileSum | None:
    """Return the sum of a file, read piece by piece; None where there is none."""
    if not path.is_file():
        return None
    sum_ = FileSum(path.name)
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            sum_.take(piece)
    return sum_


def lines_of(path: Path) -> Iterator[bytes]:
    """Yield the lines of a file."""
    with path.open("rb") as file:
        yield from file

"""Node as tests run it: the client's bundle, and a process that drives it with the test's own time."""

import json
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devtools.node_packages import BIN, CLIENT, environment, tool

HERE = Path(__file__).parent
NODE = str(BIN / "node")
SECONDS = 100


def run(*command: str, folder: Path = CLIENT) -> "subprocess.CompletedProcess[str]":
    """Run a command of Node's world in a folder; its output is text."""
    return subprocess.run(  # noqa: S603 (programs of this project)
        command, cwd=folder, env=environment(), capture_output=True, text=True, timeout=SECONDS, check=False
    )


def bundled(entry: str, output: Path, platform: str = "browser") -> Path:
    """Bundle and minify one entry of the client as a page's tools would; return the file."""
    source = CLIENT / "src" / f"{entry}.ts"
    options = ("--bundle", "--minify", "--format=esm", "--target=es2020", f"--platform={platform}")
    done = run(tool("esbuild"), str(source), *options, f"--outfile={output}")
    assert done.returncode == 0, done.stderr
    return output


@dataclass(frozen=True)
class Driver:
    """A process in which the client runs. `passes` is told how many seconds the client sleeps."""

    process: "subprocess.Popen[str]"
    passes: Callable[[float], None]

    def carry_out(self, url: str, folder: Path, **order: Any) -> dict[str, Any]:  # noqa: ANN401 (any JSON value)
        """Let the client book or change, or go on with what its folder holds; return its last line."""
        self.say({"url": url, "folder": str(folder), **order})
        while True:
            line = self.hear()
            if "sleeps" not in line:
                assert "failed" not in line, line["failed"]
                return line
            self.passes(line["sleeps"])
            self.say({})

    def say(self, line: Mapping[str, Any]) -> None:
        """Send one line."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{json.dumps(line)}\n")
        self.process.stdin.flush()

    def hear(self) -> dict[str, Any]:
        """Return the next line; the process must still live."""
        assert self.process.stdout is not None
        text = self.process.stdout.readline()
        assert text, "the client's process ended"
        line: dict[str, Any] = json.loads(text)
        return line

    def kill(self) -> None:
        """End the process at once, as a phone does."""
        self.process.kill()
        self.process.wait()


@contextmanager
def driving(bundles: tuple[Path, Path], passes: Callable[[float], None]) -> Iterator[Driver]:
    """Run a driver for a while."""
    command = [NODE, str(HERE / "driver.mjs"), *(bundle.as_uri() for bundle in bundles)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 (the same)
        try:
            yield Driver(process, passes)
        finally:
            process.kill()

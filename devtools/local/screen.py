"""What the demo writes: headings and indented text, in colour on a terminal only."""

from dataclasses import dataclass
from typing import TextIO

BOLD, PLAIN = "\x1b[1;36m", "\x1b[0m"


@dataclass(frozen=True, slots=True)
class Screen:
    """A text stream that is read by people."""

    stream: TextIO

    def heading(self, text: str) -> None:
        """Begin a part."""
        ruled = f"{text}\n{'─' * len(text)}"
        shown = f"{BOLD}{ruled}{PLAIN}" if self.stream.isatty() else ruled
        print(f"\n{shown}", file=self.stream, flush=True)

    def line(self, text: str) -> None:
        """Write one line of a part."""
        print(f"  {text}".rstrip(), file=self.stream, flush=True)

    def block(self, text: str) -> None:
        """Write several lines of a part; empty ones are left out."""
        for line in text.splitlines():
            if line.strip():
                self.line(line)

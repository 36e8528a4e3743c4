"""The packages that Lambda's runtime brings, linked from this environment: all that the unpacked zip may find beside it."""

from collections.abc import Iterable
from importlib.metadata import files
from pathlib import Path

PLATFORM = ("boto3", "botocore", "s3transfer", "jmespath", "python-dateutil", "six")


def link_platform(directory: Path, names: Iterable[str] = PLATFORM) -> None:
    """Link them, or others, into a folder that is there; the bytecode that was installed with them comes along."""
    for name in names:
        places = files(name) or []
        for place in {place.parts[0]: place for place in places if place.parts[0] != ".."}.values():
            link = directory / place.parts[0]
            if not link.is_symlink():
                installed = Path(str(place.locate()))
                link.symlink_to(installed.parents[len(place.parts) - 2] if len(place.parts) > 1 else installed)

"""The files that pages load. Only those of this table are served, whatever is asked for."""

from pathlib import Path

MEDIA_TYPES = {
    "page.css": "text/css; charset=utf-8",
    "reference.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}


def packaged(name: str) -> tuple[str, str] | None:
    """Return media type and text of a file; None when there is none of this name."""
    media_type = MEDIA_TYPES.get(name)
    if media_type is None:
        return None
    return media_type, (Path(__file__).parent / "files" / name).read_text(encoding="utf-8")

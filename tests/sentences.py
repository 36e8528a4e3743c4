"""What people read: whole sentences, spelled as sentences are."""

import re

NAMES = re.compile(r"BookUserID|YYYY-MM-DD HH:MM|RFC 3339|U\+[0-9A-F]{4,6}|UK")
SHOUTED = re.compile(r"[A-Z]{2}")
WHISPERED = re.compile(r"\. [a-z]")


def require_sentences(text: str) -> None:
    """Fail unless each sentence of a text begins with a capital, the last ends with a full stop, and none shouts."""
    assert text[:1].isupper(), text
    assert text.endswith("."), text
    assert not WHISPERED.search(text), text
    assert not SHOUTED.search(NAMES.sub("", text)), text

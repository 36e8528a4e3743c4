"""HTML that is made of elements: what is not markup already is escaped, so no text can become markup by being forgotten."""

from collections.abc import Sequence
from html import escape

_VOID = frozenset({"input", "link", "meta"})


class Html(str):
    """Markup. Only this module makes it."""

    __slots__ = ()


def element(name: str, /, *children: str, **attributes: str) -> Html:
    """Return an element; children that are no markup are escaped, as are all values of attributes.

    An attribute's name is written with dashes for underscores, without one at its end (`class_`); an empty value is none, as
    `required` has.
    """
    pairs = ((key.rstrip("_").replace("_", "-"), value) for key, value in attributes.items())
    told = "".join(f' {key}="{escape(value)}"' if value else f" {key}" for key, value in pairs)
    if name in _VOID:
        return Html(f"<{name}{told}>")
    return Html(f"<{name}{told}>{joined(*children)}</{name}>")


def joined(*parts: str) -> Html:
    """Return parts one after the other, those that are no markup escaped."""
    return Html("".join(part if isinstance(part, Html) else escape(part) for part in parts))


def prose(text: str) -> Html:
    """Return text with its paragraphs and its `code`."""
    paragraphs = (paragraph for paragraph in text.strip().split("\n\n") if paragraph)
    return joined(*(element("p", inline(paragraph)) for paragraph in paragraphs))


def inline(text: str) -> Html:
    """Return text with its `code`."""
    parts = text.split("`")
    return joined(*(element("code", part) if index % 2 else part for index, part in enumerate(parts)))


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Html:
    """Return a table."""
    titles = element("tr", *(element("th", title, scope="col") for title in head))
    lines = (element("tr", *(element("td", cell) for cell in row)) for row in rows)
    return element("div", element("table", element("thead", titles), element("tbody", *lines)), class_="wide")

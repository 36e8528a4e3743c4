"""No text becomes markup."""

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.edge.pages.html import Html, element, inline, joined, prose, table


class Reader(HTMLParser):
    """Keeps the elements, the values of attributes and the text of a page."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.values: list[str | None] = []
        self.text = ""
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.elements.append(tag)
        self.values += [value for _, value in attrs]

    def handle_data(self, data: str) -> None:
        """Note text."""
        self.text += data


TEXTS = st.text(st.characters(exclude_characters="\r\0", exclude_categories=["Cs"])) | st.sampled_from(
    ["<script>alert(1)</script>", "\" onload='x'", "&lt;b&gt;", "</p><p>", "<!--"]
)


@given(TEXTS, TEXTS)
def test_what_is_put_in_is_read_out_again(text: str, value: str) -> None:
    """As text and as the value of an attribute, whatever it holds; and nothing else is there."""
    reader = Reader(element("p", text, title=value or "-"))
    assert (reader.elements, reader.values, reader.text) == (["p"], [value or "-"], text)


@given(TEXTS)
def test_prose_makes_paragraphs_and_code_and_nothing_else(text: str) -> None:
    """Markup in it stays text."""
    assert set(Reader(prose(text)).elements) <= {"p", "code"}
    assert Reader(inline(text)).text == text.replace("`", "")


def test_markup_is_not_escaped_again() -> None:
    """Elements within elements, void ones, attributes without a value."""
    assert joined(element("b", "1 < 2"), " & ", Html("<i></i>")) == "<b>1 &lt; 2</b> &amp; <i></i>"
    assert element("input", required="", class_="a", data_in="path") == '<input required class="a" data-in="path">'


def test_a_table_has_its_head_and_its_rows() -> None:
    """Cells are text or markup."""
    reader = Reader(table(("a",), [("<1>",), (element("code", "2"),)]))
    assert reader.elements == ["div", "table", "thead", "tr", "th", "tbody", "tr", "td", "tr", "td", "code"]
    assert reader.text == "a<1>2"

"""The README says what the code does."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from chalicelib.edge.problem import BY_SLUG
from devtools.documents import problems_table, settings_table
from devtools.stack import Ports, Stack

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()
OF_THE_RUN = {"BookingID", "CreateDate", "LastUpdated"}


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """Start everything on free ports."""
    with Stack(Ports()) as running:
        yield running


def code_block(language: str, containing: str) -> str:
    """Return the README's code block of a language that contains a text."""
    blocks = re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)
    return str(next(block for block in blocks if containing in block))


def send(command: str, url: str) -> requests.Response:
    """Send what a curl command line would send."""
    words = shlex.split(command.replace("\\\n", " "))
    headers = dict(words[at + 1].split(": ", 1) for at, word in enumerate(words) if word == "-H")
    body = words[words.index("-d") + 1]
    path = words[2].removeprefix("http://127.0.0.1:8000")
    return requests.post(url + path, headers=headers, data=body, timeout=30)


def test_the_request_of_the_readme_gets_the_answer_of_the_readme(stack: Stack) -> None:
    """Send the curl example as it stands and compare every member that does not belong to the run."""
    answer = send(code_block("sh", "curl -i"), stack.url)
    expected = json.loads(code_block("json", "BookingID"))
    found = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"].startswith("/v1/operations/op_")
    assert list(found) == list(expected)
    assert {name: found[name] for name in found if name not in OF_THE_RUN} == {
        name: expected[name] for name in expected if name not in OF_THE_RUN
    }


def test_the_settings_table_lists_every_setting_with_its_default() -> None:
    """Compare the table with the settings themselves."""
    assert "\n".join(settings_table()) in README


def test_the_problems_table_lists_every_problem() -> None:
    """Compare the table with the table of problem types, and look for each page."""
    assert "\n".join(problems_table()) in README
    assert all((ROOT / "docs" / "problems" / f"{slug}.md").is_file() for slug in BY_SLUG)


def test_every_make_target_of_the_readme_exists() -> None:
    """Find each `make` target that is named in the Makefile."""
    makefile = (ROOT / "Makefile").read_text()
    named = set(re.findall(r"`(?:[A-Z_]+=\S+ )?make ([a-z]+)", README)) | set(
        re.findall(r"^make ([a-z]+)", README, re.MULTILINE)
    )
    assert named
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in named)


def test_every_link_of_the_readme_leads_somewhere() -> None:
    """Follow each relative link."""
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert links
    assert all((ROOT / link).exists() for link in links)

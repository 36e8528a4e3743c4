"""The guide of operators has a section for each alarm of the template, and none for another."""

import json
import re

from devtools.deploy.alarms import ALARMS
from devtools.deploy.package import Package
from devtools.deploy.watching.outages import OUTAGES
from devtools.documents import metrics_table, outages_table
from devtools.places import ROOT

PAGE = (ROOT / "docs" / "operations.md").read_text()


def sections() -> dict[str, str]:
    """Return the text of each alarm's section, on one line."""
    parts = re.split(r"^### `(\w+)`$", PAGE.partition("## Answer alarms")[2].partition("\n## ")[0], flags=re.MULTILINE)[
        1:
    ]
    return {name: " ".join(text.split()) for name, text in zip(parts[::2], parts[1::2], strict=True)}


def test_every_alarm_has_a_section(package: Package) -> None:
    """By the name that it has in the stack."""
    resources = json.loads(package.template.read_text())["Resources"]
    alarms = {name for name, each in resources.items() if each["Type"] == "AWS::CloudWatch::Alarm"}
    assert sections().keys() == alarms


def test_a_section_tells_what_the_alarm_itself_tells_and_more() -> None:
    """What happened, what it means, how urgent it is and why, and what to do."""
    for alarm in ALARMS:
        text = sections()[alarm.name]
        assert text.startswith(alarm.happened), alarm.name
        assert text.endswith(f"**{alarm.urgency.told}.** {alarm.because} **Do:** {alarm.advice}"), alarm.name
        assert len(text) > len(alarm.happened) + len(alarm.because) + len(alarm.advice) + 60, alarm.name


def test_every_metric_is_in_the_table() -> None:
    """Print it anew with `python -m devtools.documents`."""
    assert "\n".join(metrics_table()) in PAGE


def test_every_outage_is_in_the_table() -> None:
    """Print it anew with `python -m devtools.documents`."""
    assert "\n".join(outages_table()) in PAGE


def test_every_alarm_is_rehearsed_and_every_outage_rings_one() -> None:
    """An alarm without an outage may be one that can never ring; `tests/outages` plays all of them."""
    assert all(outage.alarms for outage in OUTAGES)
    assert {name for outage in OUTAGES for name in outage.alarms} == {alarm.name for alarm in ALARMS}

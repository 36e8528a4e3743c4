"""The tables of the documents that follow from the code; a test compares them, and `python -m devtools.documents` prints them."""

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields

from chalicelib.edge.problems.table import BY_SLUG
from chalicelib.review_settings import ReviewSettings
from chalicelib.settings import Settings
from chalicelib.watch.metrics import METRICS
from devtools.deploy import digests
from devtools.deploy.alarms import ALARMS
from devtools.deploy.package import stages
from devtools.deploy.parameters import parameters
from devtools.deploy.stages import read_stage
from devtools.deploy.watching.outages import OUTAGES
from devtools.places import ROOT

_NEW_KEY = {None: "not said", False: "false", True: "true once the operation is over, else false"}


def settings_table(settings: type[Settings] | type[ReviewSettings] = Settings) -> Iterator[str]:
    """Yield the rows of a table of settings: name, default, what it is."""
    yield "| variable | default | what it is |"
    yield "|---|---|---|"
    for one in fields(settings):
        yield f"| `{one.name.upper()}` | {_default(one.default)} | {one.metadata['description']} |"


def problems_table() -> Iterator[str]:
    """Yield the rows of the problems table: page, usual status, title."""
    yield "| problem | status | when |"
    yield "|---|---|---|"
    for slug, row in BY_SLUG.items():
        yield f"| [`{slug}`](docs/problems/{slug}.md) | {int(row.status)} | {row.title} |"


def flags_table() -> Iterator[str]:
    """Yield the rows of the table of `docs/problems/README.md`: what a client may do after each problem."""
    yield "| problem | status | `safe_to_retry_with_new_key` | same key again | `Retry-After` |"
    yield "|---|---|---|---|---|"
    for slug, row in BY_SLUG.items():
        statuses = ", ".join(str(status) for status in sorted({int(row.status), *row.other_statuses}))
        is_safe = _NEW_KEY[row.safe_to_retry_with_new_key]
        yield f"| [`{slug}`]({slug}.md) | {statuses} | {is_safe} | {row.same_key} | {row.waits} |"


def alarms_table() -> Iterator[str]:
    """Yield the rows of the alarms table: its name in the stack, when somebody looks, what happened, what to do."""
    yield "| alarm | when | what happened | what a person does |"
    yield "|---|---|---|---|"
    for alarm in ALARMS:
        yield f"| `{alarm.name}` | {alarm.urgency.told.lower()} | {alarm.happened} | {alarm.advice} |"


def metrics_table() -> Iterator[str]:
    """Yield the rows of the table of metrics: name, unit, what it tells. Those of single rules come from their names."""
    yield "| metric | unit | what it tells |"
    yield "|---|---|---|"
    for name, metric in METRICS.items():
        yield f"| `{name}` | {metric.unit} | {metric.tells} |"
    yield "| `Refused…` | Count | requests for a booking that broke one rule: `RefusedDurationMinimum` for `duration-minimum` |"


def outages_table() -> Iterator[str]:
    """Yield the rows of the table of outages: what is broken, which alarms ring, and what the log says."""
    yield "| outage | alarms | the line that names the cause |"
    yield "|---|---|---|"
    for outage in OUTAGES:
        alarms = ", ".join(f"`{name}`" for name in outage.alarms)
        yield f"| {outage.name} | {alarms} | {_line(outage.line)} |"


def _line(line: Mapping[str, str | None]) -> str:
    """Return a line as it is looked for: members with their values, or names alone."""
    if not line:
        return "none: the alarm names it"
    return ", ".join(f"`{name}`" if value is None else f"`{name}` {value}" for name, value in line.items())


def parameters_table() -> Iterator[str]:
    """Yield the rows of the table of what a deployment may say: name, default, what it is."""
    yield "| parameter | default | what it is |"
    yield "|---|---|---|"
    of_stages = [{**parameters(read_stage(ROOT, name)), **digests.parameters()} for name in stages(ROOT)]
    for name, one in of_stages[0].items():
        defaults = {each[name]["Default"] for each in of_stages}
        told = _default(defaults.pop()) if len(defaults) == 1 else "the stage's"
        yield f"| `{name}` | {told} | {one['Description']} |"


def _default(default: object) -> str:
    """Return a default as it is written in an environment."""
    match default:
        case None | "" | frozenset() | ():
            return "none"
        case _ if default is MISSING:
            return "has to be set"
        case tuple(values):
            return f"`{','.join(values)}`"
        case bool(value):
            return f"`{int(value)}`"
        case value:
            return f"`{value}`"


if __name__ == "__main__":
    print(
        "\n".join(
            [
                *settings_table(),
                "",
                *problems_table(),
                "",
                *flags_table(),
                "",
                *alarms_table(),
                "",
                *parameters_table(),
                "",
                *metrics_table(),
                "",
                *outages_table(),
                "",
                *settings_table(ReviewSettings),
            ]
        )
    )

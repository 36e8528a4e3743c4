"""A stage that is watched: functions of the real zip under awslambdaric, and all that they tell at simulated times."""

import json
import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from devtools.local import example
from devtools.local.paths import match_resource
from devtools.local.rest_event import HttpRequest, to_event
from sandbox.server import SandboxServer
from tests.lambda_runtime import Container, Invocation
from tests.outages.cloudwatch import Datapoint, embedded_in

Json = dict[str, Any]

API, HOURLY, DIGEST = "APIHandler", "ExpireOperations", "DigestHandler"
HOUR = 3600.0
CLOCK_EVENT = {
    **dict.fromkeys(("version", "account", "region", "source", "time", "id", "detail-type"), "clock"),
    "detail": {},
    "resources": [],
}
SETTINGS_PATH = "/v1/PhoneChat/GetSettings"


@dataclass
class Recording:
    """What was told: datapoints by the function that told them, and lines."""

    told: list[tuple[str, Datapoint]] = field(default_factory=list)
    lines: list[Json] = field(default_factory=list)

    def count(self, function: str, metric: str, second: float) -> None:
        """Tell one of Lambda's own metrics."""
        dimensions = frozenset({("FunctionName", function)})
        self.told.append((function, Datapoint("AWS/Lambda", metric, dimensions, second, 1)))

    def take(self, function: str, invocation: Invocation, second: float) -> None:
        """Take in a call that was made."""
        self.count(function, "Invocations", second)
        if invocation.is_error:
            self.count(function, "Errors", second)
        self.lines += invocation.lines
        self.told += [(function, each) for line in invocation.lines for each in embedded_in(line, second)]

    def later(self, seconds: float, *, without: frozenset[str] = frozenset()) -> list[Datapoint]:
        """Return the datapoints as if all had been told so much later, without those of some functions."""
        return [replace(each, second=each.second + seconds) for name, each in self.told if name not in without]


@dataclass(frozen=True)
class Stage:
    """Where functions run, and what they are given; `names` are the physical names of the template's resources."""

    template: Json
    task: Path
    runtime: Path
    names: Mapping[str, str]
    surroundings: Mapping[str, str]
    sandbox: SandboxServer

    def environment(self, function: str, **changes: str) -> dict[str, str]:
        """Return the environment of a function, as the template and Lambda make it, with changes."""
        variables = self.template["Resources"][function]["Properties"]["Environment"]["Variables"]
        told = {name: self._resolved(value) for name, value in variables.items()}
        own = {"AWS_LAMBDA_FUNCTION_NAME": function, "ADULTWORK_BASE_URL": self.sandbox.url}
        return {**told, **self.surroundings, **own, **changes}

    @contextmanager
    def running(self, recording: Recording, **changes: str) -> Iterator["Running"]:
        """Let the functions of the stage run, with changes in the environment of all."""
        with ExitStack() as stack:
            yield Running(self, recording, changes, stack)

    def handler(self, function: str) -> tuple[str, int]:
        """Return what Lambda calls in a function, and how many seconds it may take."""
        properties = self.template["Resources"][function]["Properties"]
        return properties["Handler"], properties["Timeout"]

    def _resolved(self, value: Any) -> str:  # noqa: ANN401 (a text, or a reference of the template)
        if isinstance(value, str):
            return value
        target = value.get("Ref") or value["Fn::GetAtt"][0]
        return self.names[target]


@dataclass
class Running:
    """The functions of a stage while they run: a container each, unless one is asked for anew."""

    stage: Stage
    recording: Recording
    changes: Mapping[str, str]
    _stack: ExitStack
    _containers: dict[str, Container] = field(default_factory=dict)

    def request(
        self, second: float, method: str, path: str, body: Json | None = None, dies_after: float | None = None
    ) -> Json | None:
        """Send a request through the gateway; return the function's answer, None when it gave none."""
        headers = {"Authorization": f"Bearer {example.TOKEN}", "Origin": example.ORIGIN}
        if body is not None:
            headers |= {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())}
        match = match_resource(
            self.stage.template["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]["paths"], path
        )
        assert match is not None, path
        data = b"" if body is None else json.dumps(body).encode()
        request = HttpRequest(method, path, "", tuple(headers.items()), data, "192.0.2.1")
        invocation = self._call(API, to_event(request, match, str(uuid.uuid4())), second, dies_after)
        answer: Json | None = invocation.answer
        return answer

    def book(self, second: float, number: int, dies_after: float | None = None, **other: object) -> Json | None:
        """Book at a minute of one's own."""
        moment = example.now_on_upstream_clock() + timedelta(days=number, minutes=2 * int(second))
        return self.request(second, "POST", example.PATH, example.booking(moment) | other, dies_after)

    def tick(self, function: str, second: float) -> None:
        """Start a function by the clock."""
        self._call(function, CLOCK_EVENT, second, None)

    def throttle(self, second: float) -> None:
        """Turn a request away, as Lambda does with one more than a function may serve at once."""
        self.recording.count(API, "Throttles", second)

    def _call(self, function: str, event: Json, second: float, dies_after: float | None) -> Invocation:
        if function not in self._containers:
            handler, seconds = self.stage.handler(function)
            environment = self.stage.environment(function, **self.changes)
            container = Container(self.stage.task, self.stage.runtime, handler, environment, seconds)
            self._containers[function] = self._stack.enter_context(container)
        invocation = self._containers[function].invoke(event, dies_after)
        self.recording.take(function, invocation, second)
        return invocation

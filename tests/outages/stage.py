"""A stage that is watched: functions of the real zip under awslambdaric, and all that they tell at simulated times."""

import json
import re
import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from devtools.local import example
from devtools.local.paths import match_resource
from devtools.local.rest_event import HttpRequest, to_event
from devtools.local.review.identity import IdentityProvider
from sandbox.server import SandboxServer
from tests.lambda_runtime import Container, Invocation
from tests.outages.cloudwatch import Datapoint, embedded_in
from tests.outages.relay import Relay

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

Json = dict[str, Any]

API, HOURLY, DIGEST = "APIHandler", "ExpireOperations", "DigestHandler"
REVIEW, CUSTODY, ERRANDS = "ReviewHandler", "CustodyHandler", "ErrandsHandler"
HOUR = 3600.0
CLOCK_EVENT = {
    **dict.fromkeys(("version", "account", "region", "source", "time", "id", "detail-type"), "clock"),
    "detail": {},
    "resources": [],
}
SETTINGS_PATH = "/v1/PhoneChat/GetSettings"
REASON = "A rehearsal"


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

    def go_on(self, seconds: float, times: int) -> None:
        """Tell all of it so many `times` in all, each `seconds` after the one before."""
        later = [self._later(number * seconds) for number in range(1, times)]
        self.told += [each for some in later for each in some]

    def later(self, seconds: float, *, without: frozenset[str] = frozenset()) -> list[Datapoint]:
        """Return the datapoints as if all had been told so much later, without those of some functions."""
        return [each for name, each in self._later(seconds) if name not in without]

    def _later(self, seconds: float) -> list[tuple[str, Datapoint]]:
        return [(name, replace(each, second=each.second + seconds)) for name, each in self.told]


@dataclass(frozen=True)
class Stage:
    """Where functions run, and what they are given; `names` are the physical names of the template's resources.

    Functions whose surroundings nobody has changed stay up in `standing` from one play to the next, until the `end`: what is
    broken is then outside of them, as `relay`, which DynamoDB is behind.
    """

    template: Json
    task: Path
    runtime: Path
    names: Mapping[str, str]
    surroundings: Mapping[str, str]
    sandbox: SandboxServer
    identity: IdentityProvider
    relay: Relay
    database: "DynamoDBClient"
    end: ExitStack
    standing: dict[str, Container] = field(default_factory=dict)

    def environment(self, function: str, **changes: str) -> dict[str, str]:
        """Return the environment of a function, as the template and Lambda make it, with changes."""
        variables = self.template["Resources"][function]["Properties"]["Environment"]["Variables"]
        told = {name: self._resolved(value) for name, value in variables.items()}
        own = {"AWS_LAMBDA_FUNCTION_NAME": function, "ADULTWORK_BASE_URL": self.sandbox.url}
        return {**told, **self.surroundings, **own, **changes}

    @contextmanager
    def running(self, recording: Recording, **changes: str) -> Iterator["Running"]:
        """Let the functions of the stage run: those that stand, or new ones with changes in the environment of all."""
        if not changes:
            yield Running(self, recording, self.task, changes, self.end, self.standing)
            return
        with ExitStack() as stack:
            yield Running(self, recording, self.task, changes, stack)

    @contextmanager
    def running_without(self, package: str, recording: Recording) -> Iterator["Running"]:
        """Let functions run whose zip lacks a package."""
        with ExitStack() as stack:
            task = Path(stack.enter_context(TemporaryDirectory()))
            for each in self.task.iterdir():
                if each.name != package:
                    (task / each.name).symlink_to(each)
            yield Running(self, recording, task, {}, stack)

    def handler(self, function: str) -> tuple[str, int]:
        """Return what Lambda calls in a function, and how many seconds it may take."""
        properties = self.template["Resources"][function]["Properties"]
        return properties["Handler"], properties["Timeout"]

    def route(self, api: str, request: HttpRequest) -> tuple[str, Json]:
        """Return the function that the gateway of an API hands a request to, and the event that it makes of it."""
        paths = self.template["Resources"][api]["Properties"]["DefinitionBody"]["paths"]
        match = match_resource(paths, request.raw_path)
        assert match is not None, request.raw_path
        integration = paths[match.resource][request.method.lower()]["x-amazon-apigateway-integration"]
        (function,) = re.findall(r"functions/\$\{(\w+)\.Arn\}", integration["uri"]["Fn::Sub"])
        return function, to_event(request, match, str(uuid.uuid4()))

    def _resolved(self, value: Any) -> str:  # noqa: ANN401 (a text, or a reference of the template)
        if isinstance(value, str):
            return value
        target = value.get("Ref") or value["Fn::GetAtt"][0]
        return self.names[target]


@dataclass
class Running:
    """The functions of a stage while they run: a container each."""

    stage: Stage
    recording: Recording
    task: Path
    changes: Mapping[str, str]
    _stack: ExitStack
    _containers: dict[str, Container] = field(default_factory=dict)

    def request(  # noqa: PLR0913, PLR0917 (a request, and what becomes of it)
        self,
        second: float,
        method: str,
        path: str,
        body: Json | None = None,
        dies_after: float | None = None,
        token: str = example.TOKEN,
    ) -> Json | None:
        """Send a request through the gateway; return the function's answer, None when it gave none."""
        headers = {"Authorization": f"Bearer {token}", "Origin": example.ORIGIN}
        if body is not None:
            headers |= {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())}
        data = b"" if body is None else json.dumps(body).encode()
        return self._send(
            "RestAPI", HttpRequest(method, path, "", tuple(headers.items()), data, "192.0.2.1"), second, dies_after
        )

    def ask(self, second: float, user: str, path: str, query: str = "", dies_after: float | None = None) -> Json | None:
        """Ask the reviewers' API as a user of the identity provider; return the function's answer, None when it gave none."""
        token = self.stage.identity.provider.token(user)
        headers = (("Authorization", f"Bearer {token}"), ("Review-Reason", REASON))
        return self._send("ReviewAPI", HttpRequest("GET", path, query, headers, b"", "192.0.2.2"), second, dies_after)

    def book(
        self, second: float, number: int, dies_after: float | None = None, token: str = example.TOKEN, **other: object
    ) -> Json | None:
        """Book at a minute of one's own."""
        return self.request(second, "POST", example.PATH, wish(second, number) | other, dies_after, token)

    def tick(self, function: str, second: float) -> None:
        """Start a function by the clock."""
        self._call(function, CLOCK_EVENT, second, None)

    def _send(self, api: str, request: HttpRequest, second: float, dies_after: float | None) -> Json | None:
        function, event = self.stage.route(api, request)
        answer: Json | None = self._call(function, event, second, dies_after).answer
        return answer

    def _call(self, function: str, event: Json, second: float, dies_after: float | None) -> Invocation:
        if function not in self._containers:
            handler, seconds = self.stage.handler(function)
            environment = self.stage.environment(function, **self.changes)
            container = Container(self.task, self.stage.runtime, handler, environment, seconds)
            self._containers[function] = self._stack.enter_context(container)
        invocation = self._containers[function].invoke(event, dies_after)
        self.recording.take(function, invocation, second)
        return invocation


def wish(second: float, number: int) -> Json:
    """Return a booking at a minute of its own."""
    return example.booking(example.now_on_upstream_clock() + timedelta(days=number, minutes=2 * int(second)))

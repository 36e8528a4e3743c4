"""The function without its platform: an event goes in, an answer comes out, and no socket is in between."""

import io
import json
from collections.abc import Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from itertools import count
from typing import Any

from chalice.app import Chalice

from chalicelib import bootstrap
from chalicelib.application.changing.resolve_change import ResolveChange, ResolveChangeCommand
from chalicelib.edge.container import Container
from chalicelib.edge.middleware import install
from chalicelib.edge.routes import register
from chalicelib.edge.schedules import schedule
from devtools.local.gateway import FUNCTION_SECONDS, LambdaContext
from devtools.local.paths import match_resource
from devtools.local.rest_event import HttpRequest, from_answer, to_event
from devtools.proof.trials.scene import wiring
from devtools.proof.trials.scene.clock import MovableClock
from devtools.proof.trials.scene.death import Death, Lifeline, MortalPort
from devtools.proof.trials.scene.throttle import Throttle

PROBLEM = "application/problem+json"

_requests = count(1)


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def document(self) -> dict[str, Any]:
        """Return the JSON object of the body, its decimals exact."""
        document: dict[str, Any] = json.loads(self.body, parse_float=Decimal)
        return document

    @property
    def problem(self) -> str | None:
        """Return the name of the problem; None when it is none."""
        return self.document["type"].rpartition("/")[2] if self.headers.get("content-type") == PROBLEM else None


class Function:
    """One function over its lives: each `start` is a new container with nothing in memory, over the same tables."""

    def __init__(self, clock: MovableClock) -> None:
        self._clock = clock
        self._built: Container | None = None
        self._wired: Container | None = None
        self.lifeline = Lifeline()
        self.log = io.StringIO()
        app: Any = Chalice(app_name="switchboard", env={})  # it adds its name to the environment, each time
        install(app, self._current)
        register(app, self._current)
        self._schedule = schedule(app, self._current)
        self.app = app

    def start(
        self,
        environment: Mapping[str, str],
        death: Death | None = None,
        *exchanged: tuple[object, object],
        throttle: Throttle | None = None,
    ) -> None:
        """Begin a life, which ends at `death` if that is met, with other parts `exchanged` and its database throttled."""
        self.stop()
        self._built = bootstrap.build(environment)
        placing: Any = self._built.place_booking
        if throttle is not None:
            database = placing.claiming.store.client
            exchanged = (*exchanged, (database, throttle.around(database)))
        timed: Any = wiring.rewired(self._built, (placing.clock, self._clock), *exchanged)
        self.lifeline = Lifeline(death)
        placing = timed.place_booking
        ports = {
            "introspector": placing.reads.introspector,
            "gateway": placing.gateway,
            "store": placing.claiming.store,
            "trail": placing.refusals.trail,
            "register": placing.naming.register,
            "vault": placing.vault,
            "housekeeping": placing.housekeeping.reconciler.gateway,
        }
        mortal = [(port, MortalPort(name, port, self.lifeline)) for name, port in ports.items()]
        changes = cache(lambda: self._changes((self._clock_of(), self._clock), *exchanged))
        self._wired = replace(
            wiring.rewired(timed, *mortal), changes=changes, also_expires=lambda: changes().housekeeping
        )

    def _clock_of(self) -> object:
        """Return the clock that the container was built with."""
        built: Any = self._built
        return built.place_booking.clock

    def _changes(self, *exchanged: tuple[object, object]) -> Any:  # noqa: ANN401 (the use cases of changes)
        """Return the use cases of changes with the same parts exchanged, as mortal as those of bookings."""
        built: Any = self._built
        timed: Any = wiring.rewired(built.changes(), *exchanged)
        make = timed.make
        ports = {
            "introspector": make.introspector,
            "gateway": make.gateway,
            "store": make.claiming.store,
            "trail": make.refusals.trail,
            "vault": make.vault,
            "housekeeping": make.housekeeping.reconciler.gateway,
        }
        return wiring.rewired(timed, *[(port, MortalPort(name, port, self.lifeline)) for name, port in ports.items()])

    def stop(self) -> None:
        """Close what is open."""
        built, self._built = self._built, None
        if built is not None:
            wiring.close(built)

    def call(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Reply:
        """Handle one request.

        Raises:
            KilledError: the function died meanwhile.
        """
        request = HttpRequest(method, path, "", tuple(headers.items()), body, "192.0.2.1")
        match = match_resource(self.app.routes, path)
        if match is None:
            raise LookupError(path)
        request_id = f"trial-{next(_requests)}"
        context = LambdaContext(request_id, self._clock.monotonic() + FUNCTION_SECONDS)
        with redirect_stdout(self.log):
            answer = from_answer(self.app(to_event(request, match, request_id), context))
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in answer.headers}
        return Reply(answer.status, headers, answer.body)

    def run_schedule(self) -> None:
        """Do what the platform's clock asks for each hour."""
        names = ("version", "account", "region", "detail", "detail-type", "source", "time", "id", "resources")
        context = LambdaContext(f"trial-{next(_requests)}", self._clock.monotonic() + FUNCTION_SECONDS)
        with redirect_stdout(self.log):
            self._schedule(dict.fromkeys(names, "trial"), context)

    def settle_change(self, operation_id: str, *, is_done: bool) -> None:
        """Do what a person does at the command line with a change that was handed over."""
        changes: Any = self._current().changes()
        command = ResolveChangeCommand(operation_id, is_done, "person", "AdultWork's own page", "trial-settled")
        ResolveChange(changes.make.claiming.store, self._clock).execute(command)

    def _current(self) -> Container:
        if self._wired is None:
            raise RuntimeError("the function was not started")
        return self._wired

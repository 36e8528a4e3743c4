"""Check how faults are armed, queued, counted and disarmed."""

import pytest

from sandbox import SandboxServer
from sandbox.faults.settings import FaultError
from tests.unit.sandbox.caller import BALANCE, CREATE, CREDENTIALS, Caller


def test_a_fault_fires_once_unless_told_otherwise(server: SandboxServer, client: Caller) -> None:
    """Meet it once, and three times."""
    server.faults.arm(CREDENTIALS, "status")
    server.faults.arm(CREDENTIALS, "not-found", 3)
    assert [client.get(CREDENTIALS).status for _ in range(5)] == [500, 404, 404, 404, 200]


@pytest.mark.parametrize("times", [0, "forever"])
def test_a_fault_may_stay_until_reset(server: SandboxServer, client: Caller, times: int | str) -> None:
    """Meet it again and again, then reset."""
    server.faults.arm(CREDENTIALS, "status", times)
    assert {client.get(CREDENTIALS).status for _ in range(4)} == {500}
    server.reset()
    assert client.get(CREDENTIALS).status == 200


def test_a_fault_meets_only_its_path_in_any_case(server: SandboxServer, client: Caller) -> None:
    """Arm one path and call another."""
    server.faults.arm(CREDENTIALS.upper(), "status")
    assert client.get(BALANCE).status == 200
    assert client.get(CREDENTIALS.lower()).status == 500


def test_a_fault_may_meet_any_path(server: SandboxServer, client: Caller) -> None:
    """Arm the star."""
    server.faults.arm("*", "status", 2)
    assert [client.get(BALANCE).status, client.get("/v1/nowhere").status, client.get(BALANCE).status] == [500, 500, 200]


@pytest.mark.parametrize(
    ("arguments", "settings", "hint"),
    [
        ((CREATE, "no-such-fault"), {}, "reset-before-commit"),
        (("/v1/nowhere", "status"), {}, CREATE),
        ((CREATE, "status", -1), {}, "times"),
        ((CREATE, "status", "often"), {}, "times"),
        ((CREATE, "status"), {"code": 500}, "retry_after"),
        ((CREATE, "status"), {"status": 99}, "200 to 599"),
        ((CREATE, "status"), {"status": "500"}, "200 to 599"),
        ((CREATE, "status"), {"message": "a\r\nb"}, "line breaks"),
        ((CREATE, "status"), {"commit": 1}, "true or false"),
        ((CREATE, "status"), {"retry_after": True}, "a text or a whole number"),
        ((CREATE, "latency"), {"seconds": -1}, "seconds from 0"),
        ((CREATE, "latency"), {"seconds": True}, "seconds from 0"),
        ((CREATE, "truncation"), {"at": 1.5}, "a whole number"),
        ((CREATE, "drip"), {"part": "tail"}, "all, headers, body"),
        ((CREATE, "reset-after-commit"), {"seconds": 1}, "none"),
    ],
)
def test_an_unsound_fault_is_refused_with_a_hint(
    server: SandboxServer, arguments: tuple[str, str], settings: dict[str, object], hint: str
) -> None:
    """Arm nonsense and read what would be right."""
    with pytest.raises(FaultError, match=hint):
        server.faults.arm(*arguments, **settings)
    assert server.faults.armed == ()


def test_null_stands_for_the_default(server: SandboxServer) -> None:
    """Pass null for a setting."""
    assert server.faults.arm(CREATE, "latency", seconds=None).settings == {"seconds": 1.0}

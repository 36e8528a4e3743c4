"""`switchboard doctor` on a deployment of the stand-in: healthy as it is deployed, and whatever is broken is named."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from click.testing import CliRunner

from devtools.deploy.package import Package
from devtools.deploy.rollout.cloud import open_cloud
from devtools.deploy.rollout.deployment import Deployment
from devtools.deploy.rollout.left_out import set_left_out
from devtools.deploy.rollout.stand_in import stand_in
from devtools.deploy.template import RESERVABLE_CALLS
from sandbox.server import SandboxServer
from switchboard_cli.doctor.account import Account
from switchboard_cli.doctor.examination import CHECKS, verdict_of
from switchboard_cli.doctor.reading_stage import ALARM, FUNCTION, RULE
from switchboard_cli.exits import Exit
from switchboard_cli.program import program

STAGE = "dev"
KEPT_STACK = "switchboard-dev-kept"
Break = Callable[[Account], object]


HEARD = "AlarmEmail=ops@example.org"


@pytest.fixture(scope="module")
def deployed(package: Package) -> Iterator[Callable[..., None]]:
    """Deploy a stage, with what CloudFormation of the stand-in leaves out; return how to deploy it again with other values."""
    with stand_in(), SandboxServer() as sandbox:
        deployment = Deployment(open_cloud(), STAGE, lambda _: None, lambda _: True)

        def deploy(*given: str) -> None:
            deployment.deploy(package, given)
            set_left_out(deployment)

        deploy(f"AdultworkBaseUrl={sandbox.url}", HEARD, f"ReservedConcurrency={RESERVABLE_CALLS}")
        yield deploy


@pytest.fixture
def account(deployed: Callable[..., None]) -> Account:
    """Give the stage as it stands."""
    del deployed
    return Account(STAGE)


@contextmanager
def changed(account: Account, **variables: str) -> Iterator[None]:
    """Give the API's function other variables for a while."""
    client, called = account.client("lambda"), account.resources[FUNCTION]["APIHandler"]
    before = client.get_function_configuration(FunctionName=called)["Environment"]["Variables"]
    client.update_function_configuration(FunctionName=called, Environment={"Variables": before | variables})
    try:
        yield
    finally:
        client.update_function_configuration(FunctionName=called, Environment={"Variables": before})


def found(account: Account, check: str) -> list[str]:
    """Return what a check finds wrong; it has to be able to look."""
    verdict = verdict_of(next(one for one in CHECKS if one.name == check), Account(STAGE, account.clients))
    assert verdict.unseen is None
    return [f"{one.where} {one.what}" for one in verdict.faults]


def run(*more: str) -> Any:  # noqa: ANN401 (click's result)
    """Run the command."""
    return CliRunner().invoke(program, ["doctor", STAGE, *more])


@pytest.mark.timeout(300)
def test_a_stage_is_healthy_as_it_is_deployed(account: Account) -> None:
    """Every check could look, and nothing is to be mended."""
    del account
    told = run("--json")
    document = json.loads(told.stdout)
    assert [(one["check"], one["faults"], one["unseen_because"]) for one in document["checks"]] == [
        (check.name, [], None) for check in CHECKS
    ]
    assert (document["verdict"], told.exit_code) == ("healthy", Exit.DONE)


def recovery(account: Account, *, on: bool) -> None:
    """Switch the recovery of the operations on or off."""
    account.client("dynamodb").update_continuous_backups(
        TableName=account.kept["OperationsTable"], PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": on}
    )


def deletion(account: Account, *, protected: bool) -> None:
    """Let anybody delete the audit, or nobody."""
    account.client("dynamodb").update_table(TableName=account.kept["AuditTable"], DeletionProtectionEnabled=protected)


def secret(account: Account, change: Callable[[dict[str, str]], dict[str, str]]) -> None:
    """Change what the secret holds."""
    client, name = account.client("secretsmanager"), account.kept["ApiSecret"]
    held = json.loads(client.get_secret_value(SecretId=name)["SecretString"])
    client.put_secret_value(SecretId=name, SecretString=json.dumps(change(held)))


def role_of(account: Account) -> str:
    """Return the role of the API's function."""
    return account.resources["AWS::IAM::Role"]["ApiHandlerRole"]


def alarm(account: Account) -> list[str]:
    """Return the alarm of audits that are not complete."""
    return [account.resources[ALARM]["AuditPendingAlarm"]]


def rule(account: Account) -> str:
    """Return the rule of the hourly flagging."""
    (called,) = [one for name, one in account.resources[RULE].items() if name.startswith("ExpireOperations")]
    return called.rpartition("/")[2]


def concurrency(account: Account, calls: int) -> None:
    """Reserve calls for the API's function."""
    called = account.resources[FUNCTION]["APIHandler"]
    account.client("lambda").put_function_concurrency(FunctionName=called, ReservedConcurrentExecutions=calls)


BREAKS: dict[str, tuple[str, Break, Break, str]] = {
    "recovery off": ("tables", lambda a: recovery(a, on=False), lambda a: recovery(a, on=True),
                     "OperationsTable cannot be restored to an earlier second"),
    "deletable": ("tables", lambda a: deletion(a, protected=False), lambda a: deletion(a, protected=True),
                  "AuditTable may be deleted"),
    "key disabled": ("keys", lambda a: a.client("kms").disable_key(KeyId=a.kept["SealingKeyArn"]),
                     lambda a: a.client("kms").enable_key(KeyId=a.kept["SealingKeyArn"]), "SealingKey is Disabled"),
    "secret broken": ("secret", lambda a: secret(a, lambda held: {"OLD": held["HMAC_KEY"]}),
                      lambda a: secret(a, lambda held: {"HMAC_KEY": held["OLD"]}), "HMAC_KEY needs at least 32"),
    "versions off": ("digests",
                     lambda a: a.client("s3").put_bucket_versioning(
                         Bucket=a.kept["DigestBucket"], VersioningConfiguration={"Status": "Suspended"}),
                     lambda a: a.client("s3").put_bucket_versioning(
                         Bucket=a.kept["DigestBucket"], VersioningConfiguration={"Status": "Enabled"}),
                     "keeps no versions"),
    "policy attached": ("policy",
                        lambda a: a.client("iam").attach_role_policy(
                            RoleName=role_of(a), PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess"),
                        lambda a: a.client("iam").detach_role_policy(
                            RoleName=role_of(a), PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess"),
                        "APIHandler has the policy ReadOnlyAccess attached"),
    "rule disabled": ("schedules", lambda a: a.client("events").disable_rule(Name=rule(a)),
                      lambda a: a.client("events").enable_rule(Name=rule(a)),
                      "ExpireOperations is not started: its rule is disabled"),
    "alarm off": ("alarms", lambda a: a.client("cloudwatch").disable_alarm_actions(AlarmNames=alarm(a)),
                  lambda a: a.client("cloudwatch").enable_alarm_actions(AlarmNames=alarm(a)),
                  "AuditPendingAlarm does nothing when it rings"),
    "too little room": ("load", lambda a: concurrency(a, 10), lambda a: concurrency(a, RESERVABLE_CALLS),
                        "892 calls run at once, and 10 are reserved"),
    "deletable stack": ("stacks",
                        lambda a: a.client("cloudformation").update_termination_protection(
                            StackName=KEPT_STACK, EnableTerminationProtection=False),
                        lambda a: a.client("cloudformation").update_termination_protection(
                            StackName=KEPT_STACK, EnableTerminationProtection=True),
                        f"{KEPT_STACK} may be deleted"),
}  # fmt: skip


@pytest.mark.parametrize("name", BREAKS)
def test_what_is_broken_is_named_and_nothing_else(account: Account, name: str) -> None:
    """And once it is mended there is nothing more to say."""
    check, break_, mend, told = BREAKS[name]
    break_(account)
    try:
        (fault,) = found(account, check)
    finally:
        mend(account)
    assert told in fault
    assert found(account, check) == []


def test_origins_of_everybody_are_named_and_seen_as_a_drift(account: Account) -> None:
    """The function refuses to start with such a setting, so no page gets leave."""
    with changed(account, ALLOWED_ORIGINS="*"):
        assert any("ALLOWED_ORIGINS" in one for one in found(account, "settings"))
        assert any(one.startswith("* lets every page call") for one in found(account, "origins"))
        (drift,) = found(account, "drift")
    assert "switchboard-dev APIHandler was changed by hand: /Environment" in drift


def test_a_function_that_is_being_prepared_is_waited_for(account: Account) -> None:
    """Whoever looks right after a deployment is not told of a fault that is over in a second."""
    client, called = account.client("lambda"), account.resources[FUNCTION]["APIHandler"]
    before = client.get_function_configuration(FunctionName=called)
    told = client.update_function_configuration(FunctionName=called, Timeout=before["Timeout"])
    assert told["State"] == "Pending"
    assert found(account, "settings") == []


def test_an_upstream_with_a_wrong_clock_is_named(account: Account) -> None:
    """By the time that its answers tell; and one that is gone as well."""
    server = HTTPServer(("127.0.0.1", 0), YesterdaysUpstream)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        with changed(account, ADULTWORK_BASE_URL=f"http://127.0.0.1:{server.server_port}"):
            (fault,) = found(account, "clock")
            assert found(account, "upstream") == []
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert "AdultWork is" in fault
    assert fault.endswith("seconds behind of AWS")
    with changed(account, ADULTWORK_BASE_URL=f"http://127.0.0.1:{server.server_port}"):
        assert "cannot be reached from here: ConnectionError" in found(account, "upstream")[0]


class YesterdaysUpstream(BaseHTTPRequestHandler):
    """An upstream whose clock has stopped."""

    def do_GET(self) -> None:
        """Answer with an old date."""
        self.send_response_only(404)
        self.send_header("Date", "Thu, 15 Jan 2026 12:00:00 GMT")
        self.send_header("Content-Length", "0")
        self.end_headers()


@pytest.mark.timeout(300)
def test_alarms_that_nobody_hears_are_a_fault_of_the_stage(deployed: Callable[..., None]) -> None:
    """The last subscriber is gone: told in a table, with the mend, and by the status."""
    deployed("AlarmEmail=")
    try:
        told = run()
    finally:
        deployed(HEARD)
    assert told.exit_code == Exit.FOUND_WRONG
    assert "has no subscriber" in told.stdout
    assert "AlarmEmail=you@example.org" in told.stdout

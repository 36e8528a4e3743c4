"""The whole deployment on this machine: `make deploy-test` brings both stacks to the stand-in for AWS and books through them.

The code is that of `make deploy`; the stand-in takes the place of AWS, and the sandbox that of AdultWork.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import boto3
import requests

from devtools.deploy.package import Package, PackagingError, make_package
from devtools.deploy.parameters import SECRET_VERSION
from devtools.deploy.rollout.cloud import DeployError, open_cloud
from devtools.deploy.rollout.deployment import Deployment
from devtools.deploy.rollout.left_out import set_left_out
from devtools.deploy.rollout.live import aliases
from devtools.deploy.rollout.secret import change_secret
from devtools.deploy.rollout.secret_version import current_version
from devtools.deploy.template import RESERVABLE_CALLS
from devtools.deploy.versions.aliases import ALIAS
from devtools.local.dynamodb import REGION, LocalDynamoDB
from devtools.local.example import ORIGIN, PATH, TOKEN, booking, now_on_upstream_clock
from sandbox.server import SandboxServer
from switchboard_cli.doctor.account import Account
from switchboard_cli.doctor.examination import examine
from switchboard_cli.doctor.verdict import State

STAGE = "dev"
INLINE_LIMIT = 51_200  # bytes; CloudFormation takes a larger template from a bucket only
SECONDS = 60
DOMAIN = "api.example.org"
SWITCHES = (
    f"DomainName={DOMAIN}",
    f"CertificateArn=arn:aws:acm:{REGION}:000000000000:certificate/00000000-0000-4000-8000-000000000000",
    "DomainBasePath=booking",
    "AccessLog=1",
    "Tracing=1",
)


@contextmanager
def stand_in() -> Iterator[str]:
    """Run the stand-in, and lead boto3 to it while it runs; give its address."""
    before = dict(os.environ)
    with LocalDynamoDB() as server:
        foreign = ("AWS_PROFILE", "AWS_SESSION_TOKEN")
        own = {"AWS_ENDPOINT_URL": server.endpoint_url, "AWS_DEFAULT_REGION": REGION, "AWS_REGION": REGION}
        keys = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}
        try:
            for name in foreign:
                os.environ.pop(name, None)
            os.environ.update({**own, **keys})
            yield server.endpoint_url
        finally:
            os.environ.clear()
            os.environ.update(before)


@dataclass(frozen=True, slots=True)
class Trial:
    """A deployment that is tried out, and the upstream that it books at."""

    deployment: Deployment
    package: Package
    sandbox: SandboxServer

    def deploy(self, *given: str) -> bool:
        """Deploy with the sandbox as upstream; return whether anything was to do."""
        return self.deployment.deploy(self.package, [f"AdultworkBaseUrl={self.sandbox.url}", *given])

    def book(self, key: str, **other: object) -> requests.Response:
        """Send the example booking, with other members, under a key."""
        front = self.deployment.front()
        headers = {**front.headers, "Authorization": f"Bearer {TOKEN}", "Idempotency-Key": key, "Origin": ORIGIN}
        members = booking(now_on_upstream_clock()) | other
        return requests.post(front.url + PATH, json=members, headers=headers, timeout=SECONDS)

    def sends(self) -> int:
        """Return how many bookings the upstream holds."""
        return len(requests.get(f"{self.sandbox.url}/_sandbox/bookings", timeout=SECONDS).json())


def scenes(trial: Trial) -> Iterator[tuple[str, bool]]:
    """Play the life of a deployment; yield what was to be seen, and whether it was."""
    yield "the app's template is over the inline limit", trial.package.app.stat().st_size > INLINE_LIMIT
    yield "a first deployment brings both stacks", trial.deploy()
    yield "there is nothing to roll back to", not trial.deployment.roll_back()
    yield "a second one has nothing to do", not trial.deploy()
    wanted = booking(now_on_upstream_clock())
    first = trial.book("deploy-test-first", **wanted)
    yield f"a booking through the gateway is made ({first.status_code})", first.status_code == 201
    refused = trial.book("deploy-test-refused", **wanted | {"Duration": 3})
    yield f"one that breaks a rule is refused ({refused.status_code})", refused.status_code == 422
    more = ("AlarmEmail=ops@example.org", f"ReservedConcurrency={RESERVABLE_CALLS}")
    yield "a changed parameter is an update", trial.deploy("MemoryMegabytes=2048", *more)
    yield "which is kept when it is not said again", not trial.deploy()
    set_left_out(trial.deployment)
    wrong = [one.check for one in examine(Account(trial.deployment.stage)) if one.state is not State.HEALTHY]
    yield f"the doctor finds nothing wrong ({', '.join(wrong) or 'healthy'})", not wrong
    yield "a domain, an access log and traces are switched on", trial.deploy(*SWITCHES)
    mapped = boto3.client("apigateway").get_base_path_mappings(domainName=DOMAIN)["items"]
    yield f"the domain leads to the API ({mapped[0]['stage']})", [one["basePath"] for one in mapped] == ["booking"]
    yield "and off again", trial.deploy("DomainName=", "CertificateArn=", "DomainBasePath=", "AccessLog=0", "Tracing=0")
    yield from _secret_scenes(trial)
    yield from _rollback_scenes(trial)
    trial.deployment.undeploy()
    yield "the app is gone", trial.deployment.app.described() is None
    left = list(_left_of_the_app())
    yield f"with its functions, APIs, roles, logs and alarms ({len(left)} left)", left == []
    yield "and what is kept is not", trial.deployment.kept.described() is not None
    yield "the app is deployed again", trial.deploy()
    again = trial.book("deploy-test-first", **wanted)
    replayed = again.headers.get("Idempotency-Replayed") == "true" and again.content == first.content
    yield f"the earlier key is replayed to the byte ({again.status_code})", replayed
    yield f"and each booking was sent once ({trial.sends()})", trial.sends() == 2


def _secret_scenes(trial: Trial) -> Iterator[tuple[str, bool]]:
    """Change the secret: the functions go on with theirs until the change is deployed."""
    deployment = trial.deployment
    pinned = deployment.app.values("Parameters")[SECRET_VERSION]
    kept = deployment.cloud.secrets
    name = deployment.kept.values("Outputs")["ApiSecret"]
    yield "the functions are told which version of the secret to read", pinned == current_version(kept, name)
    changed = change_secret(kept, name, {"HMAC_KEY": "n" * 64}, print)
    yield "another secret changes nothing by itself", not trial.deploy() and _told_version() == pinned
    yield "but is a deployment of its own", deployment.use_secret(changed) and _told_version() == changed
    again = change_secret(kept, name, {"HMAC_KEY": "n" * 64}, print)
    yield "which has nothing to do a second time", again == changed and not deployment.use_secret(again)


def _rollback_scenes(trial: Trial) -> Iterator[tuple[str, bool]]:
    """Go a release back and forward again: the gateway's answers follow the alias, and nothing is deployed."""
    tomorrow = booking(now_on_upstream_clock() + timedelta(days=1))
    trial.deploy("Sending=0")
    paused = trial.book("deploy-test-rolled", **tomorrow)
    yield f"a release that sends nothing answers so ({paused.status_code})", paused.status_code == 503
    yield "it is rolled back", trial.deployment.roll_back()
    made = trial.book("deploy-test-rolled", **tomorrow)
    yield f"and the release before it books ({made.status_code})", made.status_code == 201
    live = {one.behind for one in aliases(trial.deployment.app)}
    yield f"with every function a version back ({live})", live == {1}
    yield "the same deployment goes forward again", trial.deploy()
    paused = trial.book("deploy-test-paused", **booking(now_on_upstream_clock() + timedelta(days=2)))
    yield f"to the release that sends nothing ({paused.status_code})", paused.status_code == 503
    yield "which another one ends", trial.deploy("Sending=1")


def _told_version() -> str:
    """Return the version of the secret that the live function of bookings is told."""
    client = boto3.client("lambda")
    (name,) = (one["FunctionName"] for one in client.list_functions()["Functions"] if one["Handler"] == "app.app")
    told = client.get_function_configuration(FunctionName=name, Qualifier=ALIAS)
    return str(told["Environment"]["Variables"]["SECRETS_VERSION"])


def _left_of_the_app() -> Iterator[str]:
    """Yield the names of what an app brings with it and takes along, as far as the account has any."""
    yield from (one["FunctionName"] for one in boto3.client("lambda").list_functions()["Functions"])
    yield from (one["name"] for one in boto3.client("apigateway").get_rest_apis()["items"])
    yield from (one["logGroupName"] for one in boto3.client("logs").describe_log_groups()["logGroups"])
    yield from (one["AlarmName"] for one in boto3.client("cloudwatch").describe_alarms()["MetricAlarms"])
    yield from (one["RoleName"] for one in boto3.client("iam").list_roles(PathPrefix="/")["Roles"])
    yield from (one["Name"] for one in boto3.client("events").list_rules()["Rules"])
    yield from (one["TopicArn"] for one in boto3.client("sns").list_topics()["Topics"])


def main() -> int:
    """Play all scenes; return the exit status."""
    wrong = 0
    try:
        with TemporaryDirectory(prefix="switchboard-deploy-") as build, stand_in(), SandboxServer() as sandbox:
            package = make_package(STAGE, Path(build))
            trial = Trial(Deployment(open_cloud(), STAGE, print, lambda _: True), package, sandbox)
            with redirect_stdout(sys.stderr):
                seen = list(scenes(trial))
    except (DeployError, PackagingError, RuntimeError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    for told, is_so in seen:
        print(f"{'ok   ' if is_so else 'WRONG'} {told}")
        wrong += not is_so
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

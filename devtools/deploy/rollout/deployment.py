"""A deployment of a stage, from package to first answer: the stack that is kept, then the app; and the app's removal.

`python -m devtools.deploy.rollout.deployment up|down STAGE`, with `SET="Name=value …"` and `YES=1` in the environment.
"""

import json
import os
import shlex
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from devtools.deploy.options import hourly
from devtools.deploy.options.domain import led_to_the_domain
from devtools.deploy.package import Package, PackagingError, make_package
from devtools.deploy.parameters import SECRET_VERSION, chosen, faults_together
from devtools.deploy.rollout.bucket import Bucket, open_bucket
from devtools.deploy.rollout.cloud import Cloud, DeployError, open_cloud
from devtools.deploy.rollout.moving import Moving
from devtools.deploy.rollout.secret_version import current_version
from devtools.deploy.rollout.smoke import smoke_test
from devtools.deploy.rollout.stacks import Ask, Stack, Tell
from devtools.deploy.versions.release import named
from devtools.places import ROOT
from switchboard_cli.doctor.account import Front

# The tables, keys and secret may be changed, and never by a stack's own hand replaced or deleted.
STACK_POLICY = {
    "Statement": [
        {"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"},
        {"Effect": "Deny", "Action": ["Update:Replace", "Update:Delete"], "Principal": "*", "Resource": "*"},
    ]
}


@dataclass(frozen=True, slots=True)
class Deployment:
    """A stage in an account; `tell` shows a line, `ask` puts a question to whoever deploys."""

    cloud: Cloud
    stage: str
    tell: Tell
    ask: Ask

    @property
    def kept(self) -> Stack:
        """Return the stack of what outlives every deployment."""
        return Stack(self.cloud, f"switchboard-{self.stage}-kept", self.tell, self.ask)

    @property
    def app(self) -> Stack:
        """Return the stack of the app."""
        return Stack(self.cloud, f"switchboard-{self.stage}", self.tell, self.ask)

    def front(self) -> Front:
        """Return where the deployed app is reached."""
        return self.cloud.front(self.app.values("Outputs")["EndpointURL"])

    def deploy(self, package: Package, given: Iterable[str] = ()) -> bool:
        """Deploy a package with parameters `Name=value`; return whether anything was to do.

        Raises:
            DeployError: a parameter is wrong, or a step failed; what was deployed before stays.
        """
        app_template = json.loads(package.app.read_text())
        of_app = _open_parameters(app_template)
        of_kept = _open_parameters(json.loads(package.kept.read_text()))
        try:
            wanted = chosen(given, of_kept | of_app)
        except ValueError as error:
            raise DeployError(str(error)) from error
        chosen_for_app = _values(of_app, self.app, wanted)
        if faults := [*faults_together(chosen_for_app), *self._without_room(chosen_for_app)]:
            raise DeployError("\n".join(faults))
        bucket = open_bucket(self.cloud)
        kept_template = bucket.url(bucket.put(package.kept.read_bytes(), "json"))
        kept_changed = self.kept.apply(kept_template, _values(of_kept, self.kept, wanted))
        self._protect()
        parameters = chosen_for_app | self.kept.values("Outputs")
        parameters[SECRET_VERSION] = parameters[SECRET_VERSION] or current_version(
            self.cloud.secrets, parameters["ApiSecret"]
        )
        app_changed = self._apply_app(bucket, _with_code(bucket, package.zip, app_template), parameters)
        for name, value in sorted((self.kept.values("Outputs") | self.app.values("Outputs")).items()):
            self.tell(f"{name:18} {value}")
        return kept_changed or app_changed

    def undeploy(self) -> None:
        """Delete the app and leave what is kept.

        Raises:
            DeployError: nobody wants it, or it failed.
        """
        if self.app.described() is None:
            self.tell(f"{self.app.name}: nothing to do.")
            return
        if not self.ask(f"Delete {self.app.name}? {self.kept.name} stays, with every record, key and secret."):
            raise DeployError(f"{self.app.name} was left as it is.")
        self.app.delete()

    def use_secret(self, version: str) -> bool:
        """Let the app read a version of its secret, and change nothing else; return whether anything was to do.

        Raises:
            DeployError: nobody wants it, the app was deployed before versions were named, or a step failed.
        """
        parameters = self.app.values("Parameters")
        if self.app.described() is None:
            self.tell(f"{self.app.name} is not deployed; it will begin with version {version} of the secret.")
            return False
        if SECRET_VERSION not in parameters:
            raise DeployError(f"{self.app.name} takes no {SECRET_VERSION} yet: make deploy STAGE={self.stage}")
        template = self.cloud.cloudformation.get_template(StackName=self.app.name, TemplateStage="Original")
        try:
            return self._apply_app(
                open_bucket(self.cloud), dict(template["TemplateBody"]), parameters | {SECRET_VERSION: version}
            )
        except DeployError as error:
            told = f"The functions go on with version {parameters[SECRET_VERSION]} of the secret."
            raise DeployError(f"{error}\n{told} The same again, with the same values, deploys {version}.") from error

    def roll_back(self) -> bool:
        """Put the release before the one that is live in its place; return whether there was any.

        Raises:
            DeployError: as `Moving.back` does, or what is live then does not answer.
        """
        is_back = Moving(self.app, self.tell, self.ask).back()
        if is_back:
            smoke_test(self.front(), _origins(self.app.values("Parameters")), self.cloud.patience_seconds)
        return is_back

    def _apply_app(self, bucket: Bucket, template: dict[str, Any], parameters: dict[str, str]) -> bool:
        """Bring the app to a template and parameters, and see that it answers; return whether anything was to do."""
        released = named(led_to_the_domain(template, parameters), parameters)
        changed = self.app.apply(bucket.url(bucket.put(json.dumps(released).encode(), "json")), parameters)
        changed = Moving(self.app, self.tell, self.ask).forward() or changed
        smoke_test(self.front(), _origins(parameters), self.cloud.patience_seconds)
        return changed

    def _without_room(self, parameters: Mapping[str, str]) -> Iterable[str]:
        """Yield why the account cannot run an app that is not there yet; one that is there has its room."""
        if self.app.described() is None:
            limit = self.cloud.functions.get_account_settings()["AccountLimit"]
            yield from hourly.faults(parameters, limit["UnreservedConcurrentExecutions"])

    def _protect(self) -> None:
        """Let nobody delete the kept stack, and no update replace what is in it."""
        client, name = self.cloud.cloudformation, self.kept.name
        client.update_termination_protection(StackName=name, EnableTerminationProtection=True)
        client.set_stack_policy(StackName=name, StackPolicyBody=json.dumps(STACK_POLICY))


def _with_code(bucket: Bucket, archive: Path, template: dict[str, Any]) -> dict[str, Any]:
    """Upload the zip; return the app's template with every function on it."""
    here = json.dumps(f"./{archive.name}")
    there = json.dumps(f"s3://{bucket.name}/{bucket.put(archive.read_bytes(), 'zip')}")
    placed: dict[str, Any] = json.loads(json.dumps(template).replace(here, there))
    return placed


def _open_parameters(template: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the parameters that whoever deploys may give; the others are outputs of the stack that is kept."""
    return {name: one for name, one in template["Parameters"].items() if "Default" in one}


def _values(known: Mapping[str, Mapping[str, Any]], stack: Stack, wanted: Mapping[str, str]) -> dict[str, str]:
    """Return what each parameter is from now on: what is wanted, else what it is in the stack, else its default."""
    is_now = {name: one["Default"] for name, one in known.items()} | stack.values("Parameters") | dict(wanted)
    return {name: is_now[name] for name in known}


def _origins(parameters: dict[str, str]) -> list[str]:
    return [origin for origin in parameters["AllowedOrigins"].split(",") if origin]


def ask_on_terminal(question: str) -> bool:
    """Ask on the terminal; `YES=1` has answered already, and nobody there has not."""
    if os.environ.get("YES") == "1":
        return True
    if not sys.stdin.isatty():
        print(f"{question} Nobody is there to ask; YES=1 answers.")
        return False
    return input(f"{question} [y/N] ").strip().lower() in {"y", "yes"}


def main() -> None:
    """Deploy or remove the stage that the arguments name."""
    if len(sys.argv) != 3 or sys.argv[1] not in {"up", "down"}:
        sys.exit("Name one stage, for example: make deploy STAGE=dev")
    direction, stage = sys.argv[1:]
    try:
        deployment = Deployment(open_cloud(), stage, print, ask_on_terminal)
        if direction == "down":
            deployment.undeploy()
            return
        print(f"Account {deployment.cloud.account}, region {deployment.cloud.region}, stage {stage}.")
        package = make_package(stage, ROOT / "build")
        print(package.describe())
        deployment.deploy(package, shlex.split(os.environ.get("SET", "")))
    except (BotoCoreError, ClientError, DeployError, PackagingError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()

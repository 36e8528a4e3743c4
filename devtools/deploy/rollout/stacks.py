"""A stack of CloudFormation: changed by change sets that a person has seen, with progress, and deleted without what is kept."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from devtools.deploy.rollout.changes import described, refusals
from devtools.deploy.rollout.cloud import Cloud, DeployError

NOTHING = ("didn't contain changes", "No updates are to be performed")
NEW = "REVIEW_IN_PROGRESS"  # a stack that has had nothing but change sets

Tell = Callable[[str], None]
Ask = Callable[[str], bool]


@dataclass(slots=True)
class Stack:
    """A stack by its name; `tell` shows a line, `ask` puts a question to whoever deploys."""

    cloud: Cloud
    name: str
    tell: Tell
    ask: Ask
    _seen: set[str] = field(default_factory=set, init=False)

    def described(self) -> Mapping[str, Any] | None:
        """Return what CloudFormation tells of it, None while it is not there."""
        try:
            found: Mapping[str, Any] = self.cloud.cloudformation.describe_stacks(StackName=self.name)["Stacks"][0]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
        return found

    def values(self, kind: str) -> dict[str, str]:
        """Return its `Outputs` or `Parameters` by name."""
        one = kind.removesuffix("s")
        return {each[f"{one}Key"]: each[f"{one}Value"] for each in (self.described() or {}).get(kind, ())}

    def resources(self, kind: str) -> list[str]:
        """Return the physical ids of its resources of a type, in the order of their names in the template."""
        pages = self.cloud.cloudformation.get_paginator("list_stack_resources").paginate(StackName=self.name)
        found = [one for page in pages for one in page["StackResourceSummaries"] if one["ResourceType"] == kind]
        return [one["PhysicalResourceId"] for one in sorted(found, key=lambda one: str(one["LogicalResourceId"]))]

    def apply(self, template_url: str, parameters: Mapping[str, str]) -> bool:
        """Bring the stack to a template and parameters; return whether anything was to do.

        Raises:
            DeployError: the change set cannot be made or would lose something, nobody wants it, or it failed.
        """
        is_new = self._is_new()
        change_set = self._create_change_set(template_url, parameters, "CREATE" if is_new else "UPDATE")
        if change_set is None:
            self.tell(f"{self.name}: nothing to do.")
            return False
        changes = self._changes(change_set)
        self.tell(f"{self.name}:")
        for line in described(changes):
            self.tell(line)
        against = list(refusals(changes))
        if against or not self.ask(f"Change {self.name} so?"):
            self._drop(change_set, is_new=is_new)
            raise DeployError("\n".join([f"{self.name} was left as it is.", *against]))
        self._mark_events()
        self.cloud.cloudformation.execute_change_set(ChangeSetName=change_set)
        self._watch()
        return True

    def delete(self) -> None:
        """Delete the stack, and tell what goes.

        Raises:
            DeployError: it could not be deleted.
        """
        found = self.described()
        if found is not None:
            self._mark_events()
            self.cloud.cloudformation.delete_stack(StackName=self.name)
            self._watch(found["StackId"])

    def _is_new(self) -> bool:
        found = self.described()
        status = found["StackStatus"] if found else NEW
        if status == "ROLLBACK_COMPLETE":
            raise DeployError(
                f"The first deployment of {self.name} failed. Delete that stack, then try again: docs/deploy.md"
            )
        if status.endswith("_IN_PROGRESS") and status != NEW:
            raise DeployError(f"{self.name} is being changed right now ({status}); wait until that is over.")
        return bool(status == NEW)

    def _create_change_set(self, template_url: str, parameters: Mapping[str, str], kind: str) -> str | None:
        """Return the id of a change set that can be executed, None when it would change nothing."""
        client = self.cloud.cloudformation
        made = client.create_change_set(
            StackName=self.name,
            ChangeSetName=f"deploy-{time.time_ns()}",
            ChangeSetType=kind,
            TemplateURL=template_url,
            Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()],
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        )
        change_set: str = made["Id"]
        while (found := client.describe_change_set(ChangeSetName=change_set))["Status"].endswith(
            ("_PENDING", "_IN_PROGRESS")
        ):
            time.sleep(self.cloud.patience_seconds)
        if found["Status"] == "CREATE_COMPLETE":
            return change_set
        self._drop(change_set, is_new=kind == "CREATE")
        reason = found.get("StatusReason", "CloudFormation gives no reason")
        if any(text in reason for text in NOTHING):
            return None
        raise DeployError(f"CloudFormation does not take the template of {self.name}: {reason}")

    def _changes(self, change_set: str) -> list[Mapping[str, Any]]:
        pages = self.cloud.cloudformation.get_paginator("describe_change_set").paginate(ChangeSetName=change_set)
        return [change["ResourceChange"] for page in pages for change in page["Changes"]]

    def _drop(self, change_set: str, *, is_new: bool) -> None:
        """Delete a change set, and a stack that never was."""
        self.cloud.cloudformation.delete_change_set(ChangeSetName=change_set)
        if is_new:
            self.cloud.cloudformation.delete_stack(StackName=self.name)

    def _mark_events(self) -> None:
        """Take the events that are there as told: they are of earlier times."""
        self._seen.update(event["EventId"] for event in self._events(self.name))

    def _events(self, stack: str) -> list[Mapping[str, Any]]:
        pages = self.cloud.cloudformation.get_paginator("describe_stack_events").paginate(StackName=stack)
        return [event for page in pages for event in page["StackEvents"]]

    def _watch(self, stack_id: str | None = None) -> None:
        """Tell what happens until it is over. A deleted stack is found by its id only."""
        stack = stack_id or self.name
        while True:
            (found,) = self.cloud.cloudformation.describe_stacks(StackName=stack)["Stacks"]
            failures = list(self._tell_events(stack))
            status = found["StackStatus"]
            if not status.endswith("_IN_PROGRESS"):
                break
            time.sleep(self.cloud.patience_seconds)
        if status not in {"CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_COMPLETE"}:
            raise DeployError("\n".join([f"{self.name} ended as {status}.", *failures]))

    def _tell_events(self, stack: str) -> Iterable[str]:
        """Tell each new event once; yield the failures among all that were told."""
        for event in reversed(self._events(stack)):
            if event["EventId"] in self._seen:
                continue
            self._seen.add(event["EventId"])
            line = f"  {event['ResourceStatus']:20} {event['LogicalResourceId']}"
            self.tell(line)
            if event["ResourceStatus"].endswith("FAILED"):
                yield f"{line}: {event.get('ResourceStatusReason', '')}"

"""Moving the aliases of a stage by hand: one release back, or forward again to what was deployed. No stack is changed."""

from collections.abc import Mapping
from dataclasses import dataclass

from devtools.deploy.rollout.cloud import Cloud, DeployError
from devtools.deploy.rollout.live import Live, aliases, deployed, step_back
from devtools.deploy.rollout.secret_version import versions_of
from devtools.deploy.rollout.stacks import Ask, Stack, Tell
from devtools.deploy.versions.aliases import ALIAS


@dataclass(frozen=True, slots=True)
class Moving:
    """The aliases of a stack; `tell` shows a line, `ask` puts a question to whoever moves them."""

    stack: Stack
    tell: Tell
    ask: Ask

    def back(self) -> bool:
        """Put the release before the one that is live in its place; return whether there was any.

        Raises:
            DeployError: the stack is not there or being changed, the release cannot read its secret any more, or nobody wants it.
        """
        found = self.stack.described()
        if found is None:
            raise DeployError(f"{self.stack.name} is not deployed.")
        if found["StackStatus"].endswith("_IN_PROGRESS"):
            raise DeployError(
                f"{self.stack.name} is being changed right now ({found['StackStatus']}). Cancel that update in the console of "
                "CloudFormation: it takes back what it has begun, the traffic first."
            )
        live = aliases(self.stack)
        moves = step_back(live)
        if not moves:
            self.tell(f"{self.stack.name}: nothing to roll back to.")
            return False
        for function, version in moves.items():
            _require_secret(self.stack.cloud, function, version)
        self._move(live, moves, "Go back so?")
        self.tell(f"{self.stack.name} is back. The next deployment goes forward again, the same package too.")
        return True

    def forward(self) -> bool:
        """Put what the stack was brought to in its place, if somebody went back; return whether anything was to do.

        Raises:
            DeployError: nobody wants it.
        """
        live, wanted = aliases(self.stack), deployed(self.stack)
        moves = {one.function: wanted[one.function] for one in live if wanted[one.function] != one.version}
        if moves:
            self.tell(f"{self.stack.name} was rolled back; what is deployed is newer:")
            self._move(live, moves, "Go forward so?")
        return bool(moves)

    def _move(self, live: list[Live], moves: Mapping[str, int], question: str) -> None:
        """Tell and ask, then let each alias lead to its version alone; one that somebody else moved meanwhile is left to them."""
        moving = [one for one in live if one.function in moves]
        for one in moving:
            to = moves[one.function]
            self.tell(f"  {one.function}: {one.version} ({one.release}) -> {to} ({one.releases[to]})")
        if not self.ask(question):
            raise DeployError(f"{self.stack.name} was left as it is.")
        for one in moving:
            self.stack.cloud.functions.update_alias(
                FunctionName=one.function,
                Name=ALIAS,
                FunctionVersion=str(moves[one.function]),
                RoutingConfig={"AdditionalVersionWeights": {}},
                RevisionId=one.revision,
            )


def _require_secret(cloud: Cloud, function: str, version: int) -> None:
    """Refuse a version that could not read its secret any more.

    Raises:
        DeployError: the version of the secret that it was deployed with is gone.
    """
    told = cloud.functions.get_function_configuration(FunctionName=function, Qualifier=str(version))
    variables = told.get("Environment", {}).get("Variables", {})
    wanted = variables.get("SECRETS_VERSION")
    if wanted and wanted not in versions_of(cloud.secrets, variables["SECRETS_NAME"]):
        raise DeployError(
            f"Version {version} of {function} reads version {wanted} of the secret, which is gone. "
            "Deploy the earlier commit instead: it goes on with the secret of now."
        )

"""One release back: `python -m devtools.deploy.rollout.rollback STAGE`, with `YES=1` in the environment for an answer."""

import sys

from botocore.exceptions import BotoCoreError, ClientError

from devtools.deploy.rollout.cloud import DeployError, open_cloud
from devtools.deploy.rollout.deployment import Deployment, ask_on_terminal


def main() -> None:
    """Roll the stage back that the argument names."""
    if len(sys.argv) != 2:
        sys.exit("Name one stage, for example: make rollback STAGE=dev")
    try:
        Deployment(open_cloud(), sys.argv[1], print, ask_on_terminal).roll_back()
    except (BotoCoreError, ClientError, DeployError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()

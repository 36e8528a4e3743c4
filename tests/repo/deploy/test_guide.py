"""The commands of the guide to deploying are commands: of AWS as botocore describes it, of the shell, and of the Makefile."""

import os
import re
import shlex
import subprocess
from typing import TYPE_CHECKING, Any

import botocore.session
import jmespath
import pytest
from botocore import xform_name
from botocore.model import StructureShape

from chalicelib.adapters.aws.dynamodb.tables import OPERATIONS
from devtools.local.dynamodb import local_client, local_environment
from devtools.places import ROOT

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

GUIDES = {name: (ROOT / "docs" / f"{name}.md").read_text() for name in ("deploy", "operations")}
BLOCKS = re.findall(r"```sh\n(.*?)```", "\n".join(GUIDES.values()), re.DOTALL)
COMMANDS = re.findall(r"^aws .*$", "\n".join(BLOCKS), re.MULTILINE)
SERVICES = {"s3api": "s3"}  # of AWS's command line, where its name is another
SESSION = botocore.session.get_session()


def options(words: list[str]) -> dict[str, str]:
    """Return the options of a command with their values."""
    assert len(words) % 2 == 0
    names = words[::2]
    assert all(name.startswith("--") for name in names)
    return dict(zip((name.removeprefix("--") for name in names), words[1::2], strict=True))


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_of_aws_is_known_to_aws(command: str) -> None:
    """Its operation, its options and what it must have; what is asked of the answer is in it."""
    _aws, service, operation, *words = shlex.split(command, comments=True)
    model: Any = SESSION.get_service_model(SERVICES.get(service, service))
    known = {xform_name(name, "-"): model.operation_model(name) for name in model.operation_names}
    assert operation in known
    given = options(words)
    query = given.pop("query", None)
    asked: Any = known[operation].input_shape  # a structure for every operation of these commands
    members = {xform_name(name, "-"): name for name in members_of(asked)}
    assert given.keys() <= members.keys()
    assert {members[name] for name in given} >= set(asked.required_members)
    for name, value in given.items():
        shape = asked.members[members[name]]
        if isinstance(shape, StructureShape):
            assert {pair.partition("=")[0] for pair in value.split(",")} >= set(shape.required_members)
            assert {pair.partition("=")[0] for pair in value.split(",")} <= set(shape.members)
    if query is not None:
        jmespath.compile(query)
        assert_asked(known[operation].output_shape, query)


def members_of(shape: Any) -> set[str]:  # noqa: ANN401 (of shapes it is not told which have members)
    """Return the names of a structure's members; of nothing none."""
    return set() if shape is None else set(shape.members)


def assert_asked(shape: Any, query: str) -> None:  # noqa: ANN401 (the same)
    """See that each name of a query's way is a member of what it is asked of; lists are gone through."""
    for name in re.findall(r"[A-Za-z]+", query.partition("[")[0]):
        assert name in members_of(shape), name
        shape = shape.members[name]
    shape = getattr(shape, "member", shape)
    for path in re.findall(r"[A-Za-z.]+", query.partition("[")[2]):
        part = shape
        for name in filter(None, path.split(".")):
            assert name in members_of(part), name
            part = part.members[name]


@pytest.mark.parametrize("block", BLOCKS)
def test_each_block_is_read_by_a_shell(block: str) -> None:
    """Without being run."""
    done = subprocess.run(["/bin/sh", "-n"], input=block, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_each_make_target_is_there() -> None:
    """In the text and in the blocks."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {name for guide in GUIDES.values() for name in re.findall(r"(?:^|`)make\s+([a-z-]+)", guide, re.MULTILINE)}
    assert named > {"deploy", "undeploy", "rebuild-guards", "secret"}
    assert named <= targets


@pytest.fixture
def client(dynamodb_endpoint: str) -> "DynamoDBClient":
    """Return a client of the stand-in."""
    return local_client(dynamodb_endpoint)


def test_the_table_that_is_made_by_hand_is_that_of_the_template(client: "DynamoDBClient") -> None:
    """Its keys and indexes; encrypted, and protected from deletion."""
    (block,) = (one for one in BLOCKS if "create_table" in one)
    name, key = "operations-by-hand", "arn:aws:kms:eu-west-2:000000000000:key/table"
    subprocess.run(  # noqa: S603 (the guide's own words)
        ["/bin/sh", "-ec", block.replace("OPERATIONSTABLE", name).replace("TABLEKEYARN", key)],
        cwd=ROOT,
        env={**os.environ, **local_environment(client.meta.endpoint_url)},
        check=True,
        timeout=60,
    )
    made: Any = client.describe_table(TableName=name)["Table"]
    wanted = OPERATIONS.cloudformation({"Ref": "TableKey"})
    assert made["KeySchema"] == wanted["KeySchema"]
    indexes = {one["IndexName"]: (one["KeySchema"], one["Projection"]) for one in made["GlobalSecondaryIndexes"]}
    assert indexes == {
        one["IndexName"]: (one["KeySchema"], one["Projection"]) for one in wanted["GlobalSecondaryIndexes"]
    }
    assert made["DeletionProtectionEnabled"] is True
    client.close()

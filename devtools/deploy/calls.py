"""What calls to AWS need to be allowed, and what a policy allows: two sets of the same kind, so that they can be compared.

A permission is an action and the name of a resource of the template: `dynamodb:Query` on `AuditTable/index/by-day`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Permission = tuple[str, str]
Json = Mapping[str, Any]

# Not observable as calls of the function: Lambda writes its log, and DynamoDB uses the tables' key in the function's name.
BY_THE_PLATFORM = frozenset({"WriteOwnLogs", "UseTableKeyThroughDynamoDBOnly"})
_SERVICES = {"DynamoDB_20120810": "dynamodb", "TrentService": "kms", "secretsmanager": "secretsmanager"}
_PARTS = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}
_OF_S3 = {"GET": "s3:GetObject", "PUT": "s3:PutObject", "HEAD": "s3:GetObject", "DELETE": "s3:DeleteObject"}
_BELOW = re.compile(r"\$\{(\w+)\.Arn\}(/.+)")


def needed(target: str, document: Json, names: Mapping[str, str]) -> Iterator[Permission]:
    """Yield what one call needs: `target` is its `X-Amz-Target`, `names` are the resources of the names in use.

    A name that is not known stands as it is, so that no policy has it.
    """
    prefix, _, operation = target.partition(".")
    service = _SERVICES.get(prefix, prefix)
    for action, name in _asked(operation, document):
        resource, _, rest = name.partition("/index/")
        yield f"{service}:{action}", "/index/".join(filter(None, (names.get(resource, resource), rest)))


def needed_of_s3(method: str, path: str, query: str, names: Mapping[str, str]) -> Permission:
    """Return what a request to S3 needs; buckets are the first part of its path, as at a stand-in."""
    bucket, _, key = path.strip("/").partition("/")
    name = names.get(bucket, bucket)
    if not key:
        return ("s3:ListBucket" if method == "GET" and "list-type=2" in query else f"s3:{method}"), name
    return _OF_S3.get(method, f"s3:{method}"), f"{name}/{key.partition('/')[0]}/*"


def allowed(role: Json) -> set[Permission]:
    """Return what a role of the template allows its function to call."""
    statements = [one for each in role["Properties"]["Policies"] for one in each["PolicyDocument"]["Statement"]]
    return {
        (action, _resource(target))
        for statement in statements
        if statement["Sid"] not in BY_THE_PLATFORM
        for action in statement["Action"]
        for target in statement["Resource"]
    }


def _asked(operation: str, document: Json) -> Iterable[tuple[str, str]]:
    """Yield the actions of a call, each with the name that it is on as the call tells it."""
    match operation:
        case "TransactWriteItems":
            parts = [part for item in document["TransactItems"] for part in item.items()]
            return [(_PARTS[kind], part["TableName"]) for kind, part in parts]
        case "BatchGetItem":
            return [(operation, table) for table in document["RequestItems"]]
        case "Query" if "IndexName" in document:
            return [(operation, f"{document['TableName']}/index/{document['IndexName']}")]
        case _:
            named = [document[name] for name in ("TableName", "KeyId", "SecretId") if name in document]
            return [(operation, named[0] if named else "nothing that it names")]


def _resource(target: Json) -> str:
    """Return the name of a policy's resource."""
    ((kind, reference),) = target.items()
    if kind == "Fn::GetAtt":
        return str(reference[0])
    below = _BELOW.fullmatch(reference) if kind == "Fn::Sub" else None
    return f"{below[1]}{below[2]}" if below else str(reference)

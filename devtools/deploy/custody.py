"""The custodians' side of a stage: what sets holds and erases people, apart from what reads, with roles of its own.

The paths of custodians are of the reviewers' API and lead to a function of the same code, whose role alone may take away what
tells who somebody is. A second one does each hour what custodians have left to the clock.
"""

from collections.abc import Mapping

from chalicelib.adapters.aws.dynamodb.tables import ENDS, OPERATIONS, PARTITION_KEY, SORT_KEY
from chalicelib.adapters.aws.people.person_rows import BY_CANDIDATE, BY_CLIENT, ERRANDS, PEOPLE, PERSON_PREFIX
from chalicelib.adapters.aws.review.box import CONTEXT
from chalicelib.adapters.aws.review.rows import REVIEW_PREFIX
from chalicelib.domain.time_budget import TimeBudget
from chalicelib.edge.review.custody import PERSONS
from devtools.deploy.parts import VIA_DYNAMODB, Json, allow, arn, function, indexes, leading, role

API_HANDLER, ERRANDS_HANDLER = "chalicelib.review_app.app", "chalicelib.errand_app.run_errands"
MEMORY_MB = 1024
ERRANDS_SECONDS = 900
SCHEDULE = "cron(35 * * * ? *)"
PATHS = (PERSONS, "/console/persons")  # what lies below leads to the function of custodians
KEPT_SETTINGS = ("EVENTS_KEPT_DAYS", "CONTACTS_KEPT_DAYS")
PERSON, OPERATION, GUARD, CONTACT = f"{PERSON_PREFIX}*", "OP#*", "GUARD#*", "CONTACT#*"
COUNTS = ("RATE#*", "REFUSED#*")


def serves(path: str) -> bool:
    """Tell whether a path of the reviewers' API is the custodians'."""
    return path.startswith(PATHS)


def resources(variables: Json, stage_variables: Mapping[str, str]) -> Json:
    """Return both functions, their roles and logs; `variables` are those of the reviewers' function."""
    seconds = int(TimeBudget().function)
    return {
        "CustodyHandler": {
            "Type": "AWS::Serverless::Function",
            "Properties": function("Custody", API_HANDLER, MEMORY_MB, seconds, variables),
        },
        "CustodyHandlerRole": {"Type": "AWS::IAM::Role", "Properties": role("Custody", _custodians())},
        "CustodyHandlerInvokePermission": {"Type": "AWS::Lambda::Permission", "Properties": _permission()},
        "CustodyLogGroup": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 90}},
        "ErrandsHandler": {"Type": "AWS::Serverless::Function", "Properties": _errands(stage_variables)},
        "ErrandsHandlerRole": {"Type": "AWS::IAM::Role", "Properties": role("Errands", _after_them())},
        "ErrandsLogGroup": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 90}},
    }


def _errands(stage_variables: Mapping[str, str]) -> Json:
    kept = {name: stage_variables[name] for name in KEPT_SETTINGS if name in stage_variables}
    variables = {**kept, "AUDIT_TABLE": {"Ref": "AuditTable"}, "OPERATIONS_TABLE": {"Ref": "OperationsTable"}}
    return {
        **function("Errands", ERRANDS_HANDLER, MEMORY_MB, ERRANDS_SECONDS, variables),
        "ReservedConcurrentExecutions": 1,
        "Events": {"Hourly": {"Type": "Schedule", "Properties": {"Schedule": SCHEDULE}}},
    }


def _custodians() -> list[Json]:
    """Return what custodians' deeds need: the register, rows that are counted and deleted, and their own events."""
    audit, operations = arn("AuditTable"), arn("OperationsTable")
    context = {"StringEquals": {f"kms:EncryptionContext:{name}": value for name, value in CONTEXT.items()}}
    return [
        *_after_them(),
        allow("ReadPeople", ["dynamodb:GetItem"], [operations], leading(PERSON)),
        allow("ReadCounts", ["dynamodb:BatchGetItem"], [operations], leading(*COUNTS)),
        allow("HoldPeople", ["dynamodb:UpdateItem"], [operations], leading(PERSON)),
        allow("ErasePeople", ["dynamodb:ConditionCheckItem", "dynamodb:DeleteItem"], [operations], leading(PERSON)),
        allow("ForgetCounts", ["dynamodb:DeleteItem"], [operations], leading(*COUNTS)),
        allow("FindOpenOperations", ["dynamodb:Query"], indexes("OperationsTable", [each.name for each in OPERATIONS.indexes])),
        allow("RecordDeeds", ["dynamodb:PutItem"], [audit], leading(f"{REVIEW_PREFIX}*")),
        allow("OpenSessions", ["kms:Decrypt", "kms:GenerateDataKey"], [arn("SealingKey")], context),
    ]  # fmt: skip


def _after_them() -> list[Json]:
    """Return what the clock may do after custodians: it can delete no person and no count, and write no event."""
    audit, operations = arn("AuditTable"), arn("OperationsTable")
    named = indexes("AuditTable", [BY_CLIENT[0], BY_CANDIDATE[0]])
    key = [
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:Encrypt",
        "kms:GenerateDataKey",
        "kms:ReEncryptFrom",
        "kms:ReEncryptTo",
    ]
    return [
        allow("ReadAudit", ["dynamodb:Query"], [audit, *named]),
        # Beside an event, and never its text: no hash covers these.
        allow("ChangeWhatNoHashCovers", ["dynamodb:UpdateItem"], [audit],
              only(leading(OPERATION, CONTACT), PARTITION_KEY, SORT_KEY, PEOPLE, ENDS)),
        allow("ReadOperations", ["dynamodb:BatchGetItem"], [operations], leading(OPERATION, GUARD)),
        allow("StripOperations", ["dynamodb:UpdateItem"], [operations], leading(OPERATION)),
        allow("DeleteGuardsThatAreOver", ["dynamodb:DeleteItem"], [operations], leading(GUARD)),
        allow("KeepErrands", ["dynamodb:GetItem", "dynamodb:UpdateItem"], [operations], leading(ERRANDS)),
        allow("UseTableKeyThroughDynamoDBOnly", key, [arn("TableKey")], VIA_DYNAMODB),
    ]  # fmt: skip


def only(condition: Json, *attributes: str) -> Json:
    """Return a condition that also lets a write name no other attributes, and give none back."""
    among = {**condition["ForAllValues:StringLike"], "dynamodb:Attributes": list(attributes)}
    returned = {"dynamodb:ReturnValues": ["NONE"]}
    return {**condition, "ForAllValues:StringLike": among, "StringEqualsIfExists": returned}


def _permission() -> Json:
    source = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${ReviewAPI}/*"
    return {
        "FunctionName": {"Ref": "CustodyHandler"},
        "Action": "lambda:InvokeFunction",
        "Principal": "apigateway.amazonaws.com",
        "SourceArn": {"Fn::Sub": source},
    }

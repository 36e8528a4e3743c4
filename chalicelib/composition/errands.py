"""The composition root of the function that runs custodians' errands. The booking path imports none of it."""

from collections.abc import Mapping

from chalicelib.adapters.aws.people.register import DynamoDBPeopleRegister
from chalicelib.adapters.aws.people.traces import DynamoDBTraces
from chalicelib.adapters.aws.review.calls import audit_client
from chalicelib.adapters.system import SystemClock
from chalicelib.application.people.run_errands import RunErrands
from chalicelib.errand_settings import read_errand_settings


def build(environment: Mapping[str, str]) -> RunErrands:
    """Wire everything for one environment; AWS's own variables name stand-ins for its services.

    Raises:
        InvalidSettingsError: a setting is wrong.
    """
    settings = read_errand_settings(environment)
    database = audit_client(endpoint=environment.get("AWS_ENDPOINT_URL_DYNAMODB") or None)
    tables = settings.operations_table, settings.audit_table
    traces = DynamoDBTraces(database, *tables, *settings.kept_for)
    return RunErrands(DynamoDBPeopleRegister(database, *tables), traces, SystemClock())

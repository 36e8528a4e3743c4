"""What CloudWatch is told of a verification: how much was looked at, and how much was found."""

from chalicelib.application.review.audit_verification import AuditVerdict
from chalicelib.watch.call import note


def noted(verdict: AuditVerdict) -> AuditVerdict:
    """Return a verdict that is noted of the current call; a finding calls for a person even if nobody reads the page."""
    note("OperationsVerified", verdict.records.operations)
    if verdict.findings:
        note("AuditFindings", len(verdict.findings))
    return verdict

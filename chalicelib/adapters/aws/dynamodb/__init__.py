"""DynamoDB: operations and the audit trail."""

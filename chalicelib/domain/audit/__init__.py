"""The audit trail: events over their own canonical bytes, chained per operation."""

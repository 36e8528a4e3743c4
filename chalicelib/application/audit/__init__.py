"""What is told to the audit trail."""

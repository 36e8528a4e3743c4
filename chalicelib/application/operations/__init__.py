"""What becomes of operations after their call: their status, reconciliation, housekeeping, and settling by hand."""

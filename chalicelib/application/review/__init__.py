"""What reviewers do: search, look at one operation, count. Every look is recorded before its answer leaves."""

"""Bringing a package to an account: its bucket, the stacks, their changes, and whether what is there answers."""

"""Faults: what can be switched on, what is armed, and how each misbehaves."""

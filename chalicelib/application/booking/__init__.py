"""Placing one booking: the pipeline and its steps."""

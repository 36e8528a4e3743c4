"""Switchboard on this machine: the stack, its gateway, the demo and `make run`."""

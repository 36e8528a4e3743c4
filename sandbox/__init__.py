"""Simulate the AdultWork REST API over real HTTP, with state, on loopback only."""

from sandbox.server import SandboxServer

__all__ = ["SandboxServer"]

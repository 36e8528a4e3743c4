"""Proofs of the booking protocol: simulation, exploration, trials and mutation."""

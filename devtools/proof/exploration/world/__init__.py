"""The world of an exploration: the simulated one, with each order and each fault a choice."""

"""Use cases: the order of steps, no technique."""

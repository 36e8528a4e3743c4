"""The oracle of the simulation: what happened, and what must hold."""

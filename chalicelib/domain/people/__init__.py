"""People: who is registered, the holds on their records, and what erasing one takes away, leaves, and is refused for."""

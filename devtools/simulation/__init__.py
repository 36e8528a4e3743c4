"""The booking protocol under seeded faults: the real use cases between a simulated platform, store and upstream."""

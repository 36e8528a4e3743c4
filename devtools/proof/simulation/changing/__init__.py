"""Changes of bookings under seeded faults: the real use cases in the same world, at an upstream that changes what is there."""

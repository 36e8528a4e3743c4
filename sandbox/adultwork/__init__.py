"""The simulated service: its people, its bookings, its documented rules, and its endpoints."""

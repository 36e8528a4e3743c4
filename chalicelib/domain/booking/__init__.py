"""Bookings: the form that is read, the rules it must meet, and which booking upstream is the one that was sent."""

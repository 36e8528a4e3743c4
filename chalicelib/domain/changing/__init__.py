"""Changes of bookings that are there: one declaration a change, the rules of its members, and what a read says of it."""

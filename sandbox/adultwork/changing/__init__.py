"""The calls that change bookings: those of the client who made one, and those of the performer who was booked."""

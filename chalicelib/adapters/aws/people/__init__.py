"""The custodians' side of AWS: holds and erasures, on the rows that bookings wrote."""

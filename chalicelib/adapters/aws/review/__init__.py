"""The reviewers' side of AWS: finds and reads what the booking path wrote, and writes nothing but the events of looks."""

"""AdultWork, the upstream: one session, three resources, one pure codec."""

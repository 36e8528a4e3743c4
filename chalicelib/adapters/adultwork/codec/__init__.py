"""The pure codec of the upstream's answers: XML and JSON to values of the domain."""

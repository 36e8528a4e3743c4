"""Records that leave: as a table, as lines, and as the evidence of one operation, each with a manifest. Pure."""

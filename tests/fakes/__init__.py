"""Stand-ins with state for the ports: they can be told to fail, and they remember what was asked of them."""

"""Changes at the edge: what clients send and are told. Loaded when somebody changes something, and by no booking."""

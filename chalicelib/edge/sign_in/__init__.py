"""Sign-in at the edge: what clients send and keep. Loaded when somebody signs in, and by no booking."""

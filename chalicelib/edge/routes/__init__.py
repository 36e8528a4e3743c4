"""One module a resource; each view is read, execute, represent."""

"""One HTTP exchange over sockets that keep absolute deadlines."""

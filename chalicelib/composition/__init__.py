"""What the other functions, and what no booking waits for, are made of; the booking function's own wiring is `bootstrap`."""

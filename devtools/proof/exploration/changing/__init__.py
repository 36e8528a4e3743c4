"""Changes explored: two requests for one change of one booking, in every order and with every fault, on the same engine."""

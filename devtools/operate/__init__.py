"""What an operator does with operations and their trail: making a lost table again, and the drill of it."""

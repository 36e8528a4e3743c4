"""What an operator does with operations and their trail: its chain, and making a lost table again."""

"""What an operator does with operations and their trail: look, settle, rebuild."""

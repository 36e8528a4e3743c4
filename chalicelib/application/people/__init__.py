"""What custodians do: hold the records of a person, erase a person, and what the clock does after them."""

"""Operations: one intent to book each, their states and allowed moves, and what is remembered of them."""

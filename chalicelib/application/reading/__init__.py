"""Reading for a caller what AdultWork knows: one use case for every declared endpoint."""

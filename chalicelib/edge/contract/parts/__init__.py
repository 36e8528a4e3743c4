"""What the document says of the reads that are declared, and of sign-in."""

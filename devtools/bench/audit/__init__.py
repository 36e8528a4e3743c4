"""The reviewers' side over many operations, on the embedded stack: pages, export and verification (`make bench-audit`)."""

"""The desk of reviewers: who looks, by what filters, in which order it is read, what is masked, and what is recorded of it."""

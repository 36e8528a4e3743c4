"""The tables that commands work on, of an AWS account or of a local run, and what settles operations in them."""

"""The yardstick of the benchmark: a bare function that does the same job."""

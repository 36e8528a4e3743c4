"""The benchmark: Switchboard beside a bare function that does the same job, in one run."""

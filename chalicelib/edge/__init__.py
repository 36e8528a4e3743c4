"""HTTP in and out: the only place that knows Chalice."""

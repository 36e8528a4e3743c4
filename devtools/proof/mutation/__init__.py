"""Mutation testing of domain and application: what came of a run of mutmut, beside the list of what may survive."""

"""Reads of AdultWork: one declaration an endpoint, and the rules of what they are asked with."""

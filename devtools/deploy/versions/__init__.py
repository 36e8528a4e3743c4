"""Versions of the functions: each release publishes one of all, an alias leads to it, and traffic shifts while alarms watch."""

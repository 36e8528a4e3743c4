"""The reviewers' API: reads only, behind an API and a function of its own."""

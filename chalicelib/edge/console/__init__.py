"""The console: pages for reviewers, written on the server by the use cases that the reviewers' API has."""

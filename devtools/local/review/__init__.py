"""What stands beside the local stack for reviewers: an identity provider, and digests at demand."""

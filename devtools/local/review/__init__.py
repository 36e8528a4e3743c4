"""What stands beside the local stack for reviewers: an identity provider, digests, and errands of custodians."""

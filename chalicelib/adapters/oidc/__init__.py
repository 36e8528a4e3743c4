"""OpenID Connect: the keys of the reviewers' identity provider, and the access tokens that it signed."""

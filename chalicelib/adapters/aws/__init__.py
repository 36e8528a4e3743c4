"""AWS: the store, the vault and the secrets."""

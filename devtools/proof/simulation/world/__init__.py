"""The simulated world: time, the platform, the store, the vault and the upstream, each with its troubles."""

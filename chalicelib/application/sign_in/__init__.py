"""Sign-in for clients: codes and refresh tokens are exchanged here, where AdultWork's client secret is."""

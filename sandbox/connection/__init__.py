"""HTTP by hand on loopback, so that a fault can end or bend it anywhere."""

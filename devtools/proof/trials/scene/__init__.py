"""Where trials happen: the function without its platform, its client, its ways to die, and the ground under it all."""

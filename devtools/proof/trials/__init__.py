"""The protocol tried out on the real adapters: crashes at every step, late upstreams, and what must hold afterwards."""

"""What the benchmark stands on: the unpacked zip, stand-ins of AWS and the upstream, and the processes."""

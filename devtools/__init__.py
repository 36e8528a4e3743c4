"""What surrounds the app on a developer's machine: the local stack, the demo, benchmarks, packaging. Not shipped."""

"""What is noted of a call while it is served: its trace, what it counts and measures for CloudWatch, what faults came from."""

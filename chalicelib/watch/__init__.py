"""What is noted of a call while it is served: its trace, and what it counts and measures for CloudWatch."""

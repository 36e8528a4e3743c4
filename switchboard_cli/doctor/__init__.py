"""The doctor: what a deployed stage is really like, judged fact by fact; each fault is told with its mend."""

"""Changing bookings that are there: one pipeline for every declared change. Loaded when somebody asks for one."""

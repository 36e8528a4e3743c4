"""Pages for people: the reference of the API and what problems mean. Made of escaped text; loaded when one is asked for."""

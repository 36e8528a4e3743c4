"""Switchboard: all that ships to Lambda. The entry is `app.py` at the top level; start reading at `bootstrap.py`."""

VERSION = "0.2.0"

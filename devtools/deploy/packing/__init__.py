"""Packing: what makes files smaller on their way into the zip."""

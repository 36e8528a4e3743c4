"""Where an operation can be asked for."""


def operation_path(operation_id: str) -> str:
    """Return where an operation can be asked for."""
    return f"/v1/operations/{operation_id}"

"""Where a client finds what an answer names."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Links:
    """Makes the addresses in answers.

    `base_path` is what the service's own addresses begin with outside, where the gateway takes it off: its stage, say.
    `problem_type_base` is put before the slug of a problem; the pages may stand elsewhere.
    """

    base_path: str = ""
    problem_type_base: str = "/problems/"

    def path(self, path: str) -> str:
        """Return a path of the service as it is outside."""
        return self.base_path + path

    def operation(self, operation_id: str) -> str:
        """Return where an operation can be asked for."""
        return self.path(f"/v1/operations/{operation_id}")

    def problem_type(self, slug: str) -> str:
        """Return the type of a problem."""
        return self.problem_type_base + slug

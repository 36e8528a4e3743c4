"""Where a client finds what an answer names."""

from dataclasses import replace

from chalicelib.values import dataclass

PROBLEMS = "/problems/"


@dataclass(frozen=True, slots=True)
class Links:
    """Makes the addresses in answers.

    `base_path` is what the service's own addresses begin with outside: the entrance that a request came through.
    `problem_type_base` is put before the slug of a problem where the pages stand elsewhere; None for our own pages.
    """

    base_path: str = ""
    problem_type_base: str | None = None

    def at(self, base_path: str) -> "Links":
        """Return the links of a request that came through an entrance."""
        return replace(self, base_path=base_path)

    def path(self, path: str) -> str:
        """Return a path of the service as it is outside."""
        return self.base_path + path

    def operation(self, operation_id: str) -> str:
        """Return where an operation can be asked for."""
        return self.path(f"/v1/operations/{operation_id}")

    def problem_type(self, slug: str) -> str:
        """Return the type of a problem."""
        return self._problem_type_base + slug

    def slug(self, problem_type: str) -> str:
        """Return what `problem_type` was made of; something else when it was made otherwise."""
        return problem_type.removeprefix(self._problem_type_base)

    @property
    def _problem_type_base(self) -> str:
        return self.path(PROBLEMS) if self.problem_type_base is None else self.problem_type_base

"""What a module's source imports, anywhere in it, other than for a type checker."""

import ast
from pathlib import PurePosixPath


def module_name(file: str) -> str:
    """Return the name of the module in a file."""
    path = PurePosixPath(file).with_suffix("")
    return ".".join(path.parent.parts if path.name == "__init__" else path.parts)


def imports(file: str, source: bytes) -> set[str]:
    """Return the names of all modules that are imported, and of what is imported from them."""
    name = module_name(file)
    package = name if file.endswith("__init__.py") else name.rpartition(".")[0]
    finder = _Finder(package.split("."))
    finder.visit(ast.parse(source))
    return finder.found


class _Finder(ast.NodeVisitor):
    def __init__(self, package: list[str]) -> None:
        self._package = package
        self.found: set[str] = set()

    def visit_If(self, node: ast.If) -> None:
        """Pass over what only a type checker sees."""
        if ast.unparse(node.test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING"}:
            for other in node.orelse:
                self.visit(other)
        else:
            self.generic_visit(node)

    def visit_Import(self, node: ast.Import) -> None:
        """Note `import a.b`."""
        self.found |= {each.name for each in node.names}

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        """Note `from .a import b`: b may be a module or not."""
        above = self._package[: len(self._package) - node.level + 1] if node.level else []
        base = ".".join([*above, *([node.module] if node.module else [])])
        self.found |= {base, *(f"{base}.{each.name}" for each in node.names)}

"""Write `docs/openapi.json` and the Postman collection; with `--release` the released contract, to compare later ones with."""

import sys

from devtools.contract import postman
from devtools.contract.compare import breaking_changes, is_announced
from devtools.contract.written import CURRENT, RELEASED, load, rendered


def main() -> None:
    """Write, and tell what breaks callers of the released version."""
    text = rendered()
    CURRENT.write_text(text, encoding="utf-8")
    if "--release" in sys.argv[1:]:
        RELEASED.write_text(text, encoding="utf-8")
    released, current = load(RELEASED), load(CURRENT)
    postman.write(current)
    changes = breaking_changes(released, current)
    print("\n".join(changes) or "Nothing breaks callers of the released version.")
    if changes and not is_announced(released, current):
        sys.exit("Raise VERSION in chalicelib/__init__.py and pyproject.toml, or take these changes back.")


if __name__ == "__main__":
    main()

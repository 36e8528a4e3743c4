"""`python -m devtools.proof.trials crash-matrix|change-matrix [part of a fault's name]` and `… deadlines [rounds]`."""

import os
import sys

from devtools.local.dynamodb import local_environment
from devtools.proof.trials import change_matrix_report, crash_matrix_report, deadlines


def main(arguments: list[str]) -> int:
    """Run one kind of trials; return the exit status."""
    os.environ.update(local_environment("http://127.0.0.1"))  # credentials and region; each ground has its own address
    match arguments:
        case ["crash-matrix", *only]:
            name = " ".join(only)
            return crash_matrix_report.main(name) or change_matrix_report.main(name)
        case ["change-matrix", *only]:
            return change_matrix_report.main(" ".join(only))
        case ["deadlines", *rounds]:
            return deadlines.main(int(rounds[0]) if rounds else deadlines.ROUNDS)
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

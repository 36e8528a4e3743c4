"""`python -m devtools.proof.mutation judge` judges the newest run of mutmut; `… table` prints the table of `docs/mutation.md`."""

import sys
from pathlib import Path

from devtools.proof.mutation.judgement import judge, told
from devtools.proof.mutation.mutants import read_mutants
from devtools.proof.mutation.survivors import read_survivors, survivors_table

MUTANTS = Path("mutants")


def main(arguments: list[str], directory: Path = MUTANTS) -> int:
    """Return 0 when enough mutants were killed and each of the others is on the list, else 1."""
    match arguments:
        case ["judge"]:
            judgement = judge(read_mutants(directory), read_survivors())
            print("\n".join(told(judgement)))
            return int(not judgement.is_good)
        case ["table"]:
            print("\n".join(survivors_table(read_survivors())))
            return 0
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Run a module of this repository as a command that Ctrl-C ends in one line: `python -m devtools.command MODULE …`.

It needs nothing but the standard library, and catches what comes while the module is still imported too.
"""

import runpy
import signal
import sys

STOPPED = 128 + signal.SIGINT


def main() -> int:
    """Run the module that the first argument names, with the others; return the exit status when it was stopped."""
    del sys.argv[0]
    try:
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    except KeyboardInterrupt:
        print("\nStopped. Nothing goes on in the background; the same command begins anew.", file=sys.stderr)
        return STOPPED
    finally:
        signal.signal(
            signal.SIGINT, signal.SIG_DFL
        )  # while the interpreter tidies up, it would be told with a traceback
    return 0


if __name__ == "__main__":
    sys.exit(main())

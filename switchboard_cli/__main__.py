"""`python -m switchboard_cli`: the same as `switchboard`."""

from switchboard_cli.program import main

if __name__ == "__main__":
    main()

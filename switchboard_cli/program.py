"""The program: its groups of commands, and completion for shells."""

import click
from click.shell_completion import get_completion_class

from switchboard_cli.checking import verify
from switchboard_cli.custody import erase, hold, unhold
from switchboard_cli.doctor.command import doctor
from switchboard_cli.exits import MEANINGS, CommandError, Exit
from switchboard_cli.looking import search, show, stats
from switchboard_cli.proving import check
from switchboard_cli.settling import open_, resolve
from switchboard_cli.taking import bundle, export
from switchboard_cli.unsealing import unseal

NAME = "switchboard"
ENDS = "\b\nExit codes:\n" + "\n".join(f"  {status:>3}  {meaning}" for status, meaning in MEANINGS.items())


@click.group(NAME, epilog=ENDS, context_settings={"help_option_names": ["-h", "--help"]})
def program() -> None:
    """Find, read, prove and settle the records of bookings, with your own AWS credentials."""


@program.group()
def audit() -> None:
    """Search, read, export, verify and protect records. Every look at the tables is recorded: who, what, why."""


@program.group()
def operations() -> None:
    """What is open, and settling it."""


@program.command()
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
def completion(shell: str) -> None:
    """Print what makes a SHELL complete commands: eval "$(switchboard completion bash)"."""
    found = get_completion_class(shell)
    if found is None:
        raise CommandError(f"There is no completion for {shell}.", Exit.WRONG_USE)
    click.echo(found(program, {}, NAME, "_SWITCHBOARD_COMPLETE").source())


for command in (search, show, stats, export, bundle, verify, check, unseal, erase, hold, unhold):
    audit.add_command(command)
for command in (open_, resolve):
    operations.add_command(command)
program.add_command(doctor)


def main() -> None:
    """Run the program; Ctrl-C ends it in one line."""
    try:
        status = program.main(prog_name=NAME, standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("Stopped. Nothing goes on in the background.", err=True)
        raise SystemExit(Exit.STOPPED) from None
    except click.ClickException as error:
        error.show()
        raise SystemExit(error.exit_code) from None
    raise SystemExit(status or Exit.DONE)

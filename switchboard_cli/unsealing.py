"""`switchboard audit unseal`: the contact fields of one operation in full, with a reason that is kept."""

import click

from chalicelib.application.review.show_operation import ContactState, ShowCommand
from switchboard_cli import screen
from switchboard_cli.exits import CommandError, Exit, told
from switchboard_cli.options import as_json, operation_id, where, why
from switchboard_cli.tables.world import World

LOST = "The contact fields cannot be opened: the person's key was erased, or what is stored is not what was sealed."
NONE = "No contact fields are stored with this operation."


@click.command()
@click.argument("operation", callback=operation_id)
@click.option("--sealing-key", "key_id", envvar="SEALING_KEY_ID", default="alias/switchboard", show_default=True,
              help="The KMS key that wraps the keys of accounts (SEALING_KEY_ID).")  # fmt: skip
@why(is_required=True)
@as_json
@where
def unseal(operation: str, key_id: str, why: str, is_json: bool, world: World) -> None:
    """Open the contact fields of one OPERATION; what is told of is recorded as an unmasking, with the reason.

    Your credentials need the right to decrypt with the key that wraps the keys of accounts.
    """
    with told():
        timeline = world.unsealing(key_id).execute(ShowCommand(world.visit(why), operation, unmask=True))
    if timeline.contact_state is ContactState.LOST:
        raise CommandError(LOST, Exit.REFUSED)
    contact = dict(timeline.contact or {})
    if is_json:
        screen.document({"operation_id": operation, "contact_state": timeline.contact_state.value, "contact": contact})
    elif contact:
        screen.table("Contact fields", ("field", "value"), list(contact.items()))
    else:
        screen.remark(NONE)

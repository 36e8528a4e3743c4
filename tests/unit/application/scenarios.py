"""Stories of one or two bookings, as the use cases write them: whoever reads records tries them on these."""

from tests.unit.application.world import OTHER_KEY, World


def booked(world: World) -> None:
    """Book."""
    world.place()


def booked_without_a_key(world: World) -> None:
    """Book under no key."""
    world.place(idempotency_key=None)


def declined(world: World) -> None:
    """Let AdultWork decline for good."""
    world.gateway.will_decline(402)
    world.place()


def throttled(world: World) -> None:
    """Let AdultWork decline for now."""
    world.gateway.will_decline(429)
    world.refusal()


def not_sent(world: World) -> None:
    """Let no byte out."""
    world.gateway.will_refuse_connections()
    world.refusal()


def sent_again(world: World) -> None:
    """Fail twice and book at the third try."""
    not_sent(world)
    throttled(world)
    world.gateway.will_answer_again()
    world.place()


def lost(world: World) -> None:
    """Lose the answer of a booking that is never listed."""
    world.gateway.will_time_out_after_send()
    world.refusal()


def found(world: World) -> None:
    """Lose the answer of a booking that is listed."""
    world.gateway.will_book_and_lose_the_answer()
    world.place()


def not_created(world: World) -> None:
    """Wait until a lost booking can be told not to have been made."""
    lost(world)
    world.clock.tick(1000)
    world.place()


def expired(world: World) -> None:
    """Let nobody come back for a day."""
    lost(world)
    world.clock.tick(25 * 3600)
    world.expire()


def dead(world: World) -> None:
    """Let the function die before its conclusion."""
    world.store.will_fail_conclusion()
    world.place()


def released(world: World) -> None:
    """Cancel the booking and make it anew."""
    world.place()
    world.gateway.end_booking(1, "Cancelled")
    world.place(idempotency_key=OTHER_KEY)


SCENARIOS = (
    booked, booked_without_a_key, declined, throttled, not_sent, sent_again, lost, found, not_created, expired, dead, released,
)  # fmt: skip

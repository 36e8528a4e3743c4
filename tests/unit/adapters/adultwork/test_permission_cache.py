"""What is remembered about tokens, for how long, and under what."""

from dataclasses import replace

import pytest

from chalicelib.adapters.adultwork.permission_cache import MAXIMUM_ENTRIES, PermissionCache
from chalicelib.domain.access import AccessToken, Principal
from tests.builders import PRINCIPAL, TOKEN
from tests.fakes.clock import FixedClock

SECRET = b"a secret of this process"
OTHER = replace(PRINCIPAL, account=1002)


def cache(clock: FixedClock | None = None, seconds: float = 60) -> PermissionCache:
    """Return an empty cache."""
    return PermissionCache(clock or FixedClock(), seconds, SECRET)


def filled(clock: FixedClock, seconds: float = 60) -> PermissionCache:
    """Return a cache that knows the one token."""
    permissions = cache(clock, seconds)
    permissions.put(TOKEN, PRINCIPAL)
    return permissions


def test_a_principal_is_remembered_under_its_token_alone() -> None:
    """Ask for the token, for an equal one, and for another."""
    permissions = filled(FixedClock())
    assert permissions.get(TOKEN) == permissions.get(AccessToken(TOKEN.reveal())) == PRINCIPAL
    assert permissions.get(AccessToken("another")) is None


@pytest.mark.parametrize(("age", "principal"), [(0, PRINCIPAL), (59.9, PRINCIPAL), (60, None), (3600, None)])
def test_a_principal_is_remembered_for_a_minute(age: float, principal: Principal | None) -> None:
    """Let time pass."""
    clock = FixedClock()
    permissions = filled(clock)
    clock.tick(age)
    assert permissions.get(TOKEN) == principal


@pytest.mark.parametrize(("step", "principal"), [(59, PRINCIPAL), (60, None), (86_400, None), (-1, None)])
def test_a_freeze_or_a_clock_that_was_set_back_ends_what_is_remembered(
    step: float, principal: Principal | None
) -> None:
    """Move only the time of day, as when the function sleeps or its clock is corrected."""
    clock = FixedClock()
    permissions = filled(clock)
    clock.step_wall_clock(step)
    assert permissions.get(TOKEN) == principal


def test_a_clock_that_was_set_back_does_not_lengthen_what_is_remembered() -> None:
    """Let a minute pass, and set the time of day back by half of it."""
    clock = FixedClock()
    permissions = filled(clock)
    clock.tick(60)
    clock.step_wall_clock(-30)
    assert permissions.get(TOKEN) is None


def test_zero_seconds_remember_nothing() -> None:
    """Switch the cache off."""
    assert filled(FixedClock(), seconds=0).get(TOKEN) is None


def test_what_is_learnt_later_replaces_what_was_learnt_before() -> None:
    """Put twice; the age begins anew."""
    clock = FixedClock()
    permissions = filled(clock)
    clock.tick(40)
    permissions.put(TOKEN, OTHER)
    clock.tick(40)
    assert permissions.get(TOKEN) == OTHER


def test_a_dropped_token_is_forgotten() -> None:
    """Drop it, and drop one that is not known."""
    permissions = filled(FixedClock())
    permissions.put(AccessToken("another"), OTHER)
    permissions.drop(TOKEN)
    permissions.drop(TOKEN)
    assert permissions.get(TOKEN) is None
    assert permissions.get(AccessToken("another")) == OTHER


def test_the_oldest_entry_makes_room() -> None:
    """Put one more than fits, after the very first was put again."""
    permissions = cache()
    tokens = [AccessToken(f"token-{number}") for number in range(MAXIMUM_ENTRIES + 1)]
    for token in tokens[:MAXIMUM_ENTRIES]:
        permissions.put(token, PRINCIPAL)
    permissions.put(tokens[0], OTHER)
    permissions.put(tokens[-1], PRINCIPAL)
    known = [permissions.get(token) for token in tokens]
    assert known == [OTHER, None, *[PRINCIPAL] * (MAXIMUM_ENTRIES - 1)]


def test_tokens_are_not_kept() -> None:
    """Look into the object for the token's text."""
    permissions = filled(FixedClock())
    assert TOKEN.reveal() not in repr(vars(permissions))
    assert TOKEN.reveal().encode().hex() not in repr(vars(permissions))

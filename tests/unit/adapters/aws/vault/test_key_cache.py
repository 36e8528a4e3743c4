"""Plaintext keys in memory: few, and not for long."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib.adapters.aws.vault.data_key import DataKey
from chalicelib.adapters.aws.vault.key_cache import KeyCache
from tests.fakes.clock import FixedClock

KEY = DataKey(bytes(32))


@pytest.fixture
def clock() -> FixedClock:
    """Return a clock that stands still."""
    return FixedClock()


@pytest.fixture
def cache(clock: FixedClock) -> KeyCache:
    """Return a cache with the key of account 1."""
    cache = KeyCache(clock)
    cache.put(1, KEY)
    return cache


def test_a_key_is_there_for_less_than_five_minutes(cache: KeyCache, clock: FixedClock) -> None:
    """Then it is not only unused, but gone."""
    clock.tick(299.9)
    assert cache.get(1) is KEY
    clock.tick(0.1)
    assert cache.get(1) is None
    assert len(cache) == 0


@pytest.mark.parametrize("seconds", [300, -0.1])
def test_a_freeze_or_a_clock_that_was_set_back_ends_it_too(cache: KeyCache, clock: FixedClock, seconds: float) -> None:
    """The monotonic clock may have stood still all the while."""
    clock.step_wall_clock(seconds)
    assert cache.get(1) is None
    assert len(cache) == 0


def test_an_old_key_behind_a_young_one_is_not_used(cache: KeyCache, clock: FixedClock) -> None:
    """Its wall clock may be wrong in the other direction."""
    clock.step_wall_clock(10)
    cache.put(2, KEY)
    clock.step_wall_clock(-5)
    assert (cache.get(1), cache.get(2)) == (KEY, None)


def test_the_old_keys_of_others_go_when_anyone_looks(cache: KeyCache, clock: FixedClock) -> None:
    """Nobody has to ask for them."""
    clock.tick(200)
    cache.put(2, KEY)
    clock.tick(100)
    assert cache.get(3) is None
    assert len(cache) == 1
    clock.tick(200)
    cache.put(4, KEY)
    assert len(cache) == 1


def test_a_key_that_is_put_again_is_young_again(cache: KeyCache, clock: FixedClock) -> None:
    """And it does not stand in the way of older ones."""
    cache.put(2, KEY)
    clock.tick(200)
    cache.put(1, KEY)
    clock.tick(200)
    assert (cache.get(1), cache.get(2)) == (KEY, None)
    assert len(cache) == 1


def test_the_oldest_of_a_thousand_keys_makes_room(cache: KeyCache) -> None:
    """A thousand and one accounts need no more memory than a thousand."""
    for account in range(2, 1002):
        cache.put(account, KEY)
    assert len(cache) == 1000
    assert cache.get(1) is None
    assert cache.get(2) is KEY


def test_a_dropped_key_is_gone(cache: KeyCache) -> None:
    """Dropping it twice is fine."""
    cache.drop(1)
    cache.drop(1)
    assert cache.get(1) is None


def test_threads_share_it(cache: KeyCache) -> None:
    """It loses nothing and breaks nothing."""

    def use(account: int) -> DataKey | None:
        cache.put(account, KEY)
        found = cache.get(account)
        cache.drop(account)
        return found

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(use, range(1, 2000))) == [KEY] * 1999
    assert len(cache) == 0

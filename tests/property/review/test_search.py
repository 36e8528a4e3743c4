"""Pages of a search: all of it, once, in order, whichever way and however small the pages and the bounds."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.application.review.search_operations import SearchCommand
from chalicelib.domain.audit.event import AuditEvent, EventKind
from chalicelib.domain.review.desk.filters import Filter
from chalicelib.domain.review.desk.plan import Bounds
from tests.builders import NOW, pseudonym
from tests.fakes.review_desk import Desk, visit

MOMENTS = st.integers(0, 40).map(lambda step: NOW - timedelta(hours=7 * (step // 3), milliseconds=step % 3))
CLIENTS, CANDIDATES = [pseudonym(1), pseudonym(2)], [pseudonym(8), pseudonym(9)]
STATES = {EventKind.CLAIMED: "SENDING", EventKind.REFUSED: "REFUSED"}


@st.composite
def first_events(draw: st.DrawFn) -> list[AuditEvent]:
    """Draw events that open chains; many began in the same millisecond."""
    moments = draw(st.lists(MOMENTS, max_size=30))
    return [
        AuditEvent(
            operation_id=f"op_{number:026}",
            sequence=1,
            at=moment,
            kind=draw(st.sampled_from(list(STATES))),
            account=1,
            request_id=draw(st.sampled_from(["one", "other"])),
            client=draw(st.sampled_from(CLIENTS)),
            candidate=draw(st.sampled_from(CANDIDATES)),
            tells_client=True,
        )
        for number, moment in enumerate(moments)
    ]


FILTERS = st.builds(
    Filter,
    start=st.none() | MOMENTS,
    end=st.none() | MOMENTS,
    client=st.none() | st.sampled_from(CLIENTS),
    candidate=st.none() | st.sampled_from(CANDIDATES),
    request_id=st.none() | st.sampled_from(["one", "other"]),
    state=st.none() | st.sampled_from(list(STATES.values())),
)


def shown(filter_: Filter, events: list[AuditEvent]) -> list[str]:
    """Return what meets a filter, by our own reading of it, newest first."""
    met = [
        event
        for event in events
        if (filter_.start is None or filter_.start <= event.at)
        and (filter_.end is None or event.at < filter_.end)
        and filter_.client in {None, event.client}
        and filter_.candidate in {None, event.candidate}
        and filter_.request_id in {None, event.request_id}
        and filter_.state in {None, STATES[event.kind]}
    ]
    return [event.operation_id for event in sorted(met, key=lambda each: (each.at, each.operation_id), reverse=True)]


BOUNDS = st.builds(Bounds, chains=st.integers(4, 9), days=st.integers(1, 3), batch=st.integers(1, 4))


@given(first_events(), FILTERS, st.integers(1, 7), BOUNDS)
def test_pages_show_all_once_in_order_and_back_again(
    events: list[AuditEvent], filter_: Filter, size: int, bounds: Bounds
) -> None:
    """Follow the cursors to the oldest, then back to the newest."""
    desk = Desk(bounds=bounds)
    desk.index.put(*events)
    expected = shown(filter_, events)
    command = SearchCommand(visit(), filter_, size=size)

    forth, page = [], desk.search(command)
    while True:
        assert len(page.found) <= size
        forth += [found.chain.operation_id for found in page.found]
        if page.older is None:
            break
        page = desk.search(replace(command, cursor=page.older))
    assert forth == expected

    back = [found.chain.operation_id for found in page.found]
    while page.newer is not None:
        page = desk.search(replace(command, cursor=page.newer))
        back = [found.chain.operation_id for found in page.found] + back
    assert back == expected

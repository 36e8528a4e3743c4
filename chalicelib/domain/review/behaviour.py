"""The story that one chain tells, against the protocol: one specification for the simulation's oracle and the verifier.

Only what records say can be checked. What AdultWork did, what a caller was told, and what was never written is not in them; see
docs/protocol.md for what that leaves out.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from chalicelib.domain.audit.event import WINDOW, EventKind
from chalicelib.domain.audit.finding import Finding
from chalicelib.domain.audit.stored_event import ALLOWED_SKEW, StoredEvent
from chalicelib.domain.operation.matching import LEAST_EXPIRY, LEAST_SETTLE, MOST_EXPIRY, ReconciliationPolicy
from chalicelib.domain.operation.operation import FOR_A_PERSON, LEASE_MARGIN, OPEN, OperationState
from chalicelib.domain.review import evidence
from chalicelib.domain.review.impossible import Impossible, impossible
from chalicelib.domain.review.moves import REFUSALS, Standing, is_allowed, standing_of
from chalicelib.domain.review.request import is_same_request
from chalicelib.domain.time_budget import TimeBudget

Wrong = tuple[Impossible, str]
LEASE_OVER = "lease-over"
_OF_BOOKINGS_ONLY = frozenset({EventKind.AMBIGUOUS, EventKind.RELEASED})
LONG_AGO = datetime.min.replace(tzinfo=UTC)
_MOST_SECONDS = timedelta(hours=MOST_EXPIRY).total_seconds()
SWEEPS = timedelta(hours=4)  # one an hour flags what is overdue, and each may fail


@dataclass(frozen=True, slots=True)
class Windows:
    """How long the protocol waits, where a record itself does not tell which window its deployment was set to.

    `skew` is how far the times of two events may contradict their order. `expiry` is how the deployment is set now: how long
    after its claim an operation is settled or flagged, by the sweeps that follow.
    """

    skew: timedelta = ALLOWED_SKEW
    lease: timedelta = timedelta(seconds=TimeBudget().function) + LEASE_MARGIN
    settle: timedelta = ReconciliationPolicy().settle
    expiry: timedelta = ReconciliationPolicy().expiry

    @property
    def ended_by(self) -> timedelta:
        """Return how long after its claim an operation is open at the longest."""
        return self.expiry + SWEEPS


@dataclass(slots=True)
class Story:
    """What a chain has told so far; `claimed_at` is when the newest attempt began."""

    windows: Windows
    standing: Standing | None = None
    last: StoredEvent | None = None
    first: StoredEvent | None = None
    claimed_at: datetime = LONG_AGO
    booking_id: str | None = None
    client: str | None = None
    calls: set[str] = field(default_factory=set)

    def take(self, event: StoredEvent) -> Wrong | None:
        """Go on with the next event; say what is wrong with it, if anything is."""
        wrong = next((wrong for rule in RULES if (wrong := rule(self, event)) is not None), None)
        if wrong is not None or event.kind in REFUSALS:
            self.last = event
            return wrong
        self.standing = standing_of(event, self.standing)
        self.first, self.last = self.first or event, event
        if event.kind is EventKind.CLAIMED:
            self.claimed_at = event.at
            self.calls.add(str(event.document["call"]))
        self.booking_id = event.booking_id or self.booking_id
        self.client = event.client or self.client
        return None

    def since_claim(self, at: datetime) -> timedelta:
        """Return how long after the newest claim a time is."""
        return at - self.claimed_at


def first_impossible(
    chain: Sequence[StoredEvent], windows: Windows | None = None, now: datetime | None = None
) -> Finding | None:
    """Return the first event of a chain that the protocol does not write there; None when the story is one that it allows.

    At `now`, if given, an operation must not be open for longer than the protocol leaves one open.
    """
    story = Story(windows or Windows())
    for event in chain:
        if wrong := story.take(event):
            return impossible(wrong[0], event, wrong[1])
    return None if now is None else _still_open(story, now)


def _still_open(story: Story, now: datetime) -> Finding | None:
    windows, standing, last = story.windows, story.standing, story.last
    if standing is None or last is None or standing.state not in OPEN:
        return None
    if story.since_claim(now) <= windows.ended_by + windows.skew:
        return None
    return impossible(Impossible.STILL_OPEN, last, f"the operation is {standing.state} since it was claimed")


def _moves(story: Story, event: StoredEvent) -> Wrong | None:
    """An operation begins with a claim and goes on as MOVES say; a refusal stands alone."""
    if event.kind in REFUSALS:
        return None if story.last is None else (Impossible.MOVE, "a refusal follows another event")
    if story.standing is None and story.last is not None:
        return Impossible.MOVE, f"{event.kind} follows a refusal"
    after = standing_of(event, story.standing)
    if is_allowed(story.standing, after):
        return None
    return Impossible.MOVE, f"{event.kind} follows {_told(story.standing)}{_attempt(event, after)}"


def _told(standing: Standing | None) -> str:
    if standing is None:
        return "nothing"
    return "a release" if standing.is_released else str(standing.state)


def _attempt(event: StoredEvent, after: Standing) -> str:
    return f" as attempt {after.attempt}" if event.kind is EventKind.CLAIMED else ""


def _kind(story: Story, event: StoredEvent) -> Wrong | None:
    """All events are of one kind of operation; one that changes something finds no two bookings, and releases none."""
    if story.first is not None and event.change != story.first.change:
        return (
            Impossible.ANOTHER_KIND,
            f"it is of {_kind_told(event)}, and the first event of {_kind_told(story.first)}",
        )
    if event.change is not None and event.kind in _OF_BOOKINGS_ONLY:
        return Impossible.MOVE, f"a change never becomes {event.kind}"
    return None


def _kind_told(event: StoredEvent) -> str:
    return "a booking" if event.change is None else f"the change {event.change}"


def _time(story: Story, event: StoredEvent) -> Wrong | None:
    """Each event is as late as the one before it, but for what clocks are wrong."""
    if story.last is None or event.at >= story.last.at - story.windows.skew:
        return None
    return Impossible.TIME, f"it is {story.last.at - event.at} before event {story.last.sequence}"


def _persons(story: Story, event: StoredEvent) -> Wrong | None:
    """All events are of one client and one candidate; the client may be named later than the claim, and then in each."""
    if story.first is None:
        return None
    if event.candidate == story.first.candidate and story.client in {None, event.client}:
        return None
    return Impossible.OTHERS, "its client or its candidate is another one than before"


def _claim(story: Story, event: StoredEvent) -> Wrong | None:
    """A claim tells of a call that no other one tells of, and of the operation's own request."""
    if event.kind is not EventKind.CLAIMED:
        return None
    if missing := evidence.missing_in_claim(event):
        return Impossible.INCOMPLETE, f"it does not say {missing}"
    if str(event.document["call"]) in story.calls:
        return Impossible.ANOTHER_REQUEST, "its call has claimed before"
    if story.first is not None and not is_same_request(story.first, event):
        return Impossible.ANOTHER_REQUEST, "it is for another request than the first attempt"
    return None


def _outcome(story: Story, event: StoredEvent) -> Wrong | None:
    """What the one POST came to is told by whoever sent it, or by who found that its time was over."""
    if story.standing is None or story.standing.state is not OperationState.SENDING:
        return None
    if event.document.get("reason") == LEASE_OVER and event.kind is EventKind.UNKNOWN:
        wait = _window(event, LEASE_MARGIN, story.windows.lease)
        return _too_early(story, event.at, wait, "the call may still have been at work")
    missing = evidence.missing_in_conclusion(event)
    return (Impossible.INCOMPLETE, f"it does not say {missing}") if missing else None


def _verdict(story: Story, event: StoredEvent) -> Wrong | None:
    """Reads settle what is UNKNOWN, with what they read; "nothing was booked" waits until the settle window is over."""
    if story.standing is None or story.standing.state is not OperationState.UNKNOWN:
        return None
    windows = story.windows
    if event.kind is EventKind.EXPIRED:
        wait = _window(event, timedelta(hours=LEAST_EXPIRY), windows.expiry)
        return _too_early(story, event.at, wait, "a user may still come back")
    missing = evidence.missing_in_verdict(event) if event.change is None else evidence.missing_in_proof(event)
    if missing:
        return Impossible.INCOMPLETE, f"it does not say {missing}"
    if event.kind is EventKind.NOT_CREATED:
        wait = _window(event, timedelta(minutes=LEAST_SETTLE), windows.settle)
        return _too_early(story, evidence.read_at(event), wait, "a booking may still have turned up")
    return None


def _window(event: StoredEvent, least: timedelta, unless_told: timedelta) -> timedelta:
    """Return the window that an event had to wait for, as it tells itself.

    A window that no deployment can be set to counts as not told.
    """
    told = event.document.get(WINDOW)
    if isinstance(told, int) and least.total_seconds() <= told <= _MOST_SECONDS:
        return timedelta(seconds=told)
    return unless_told


def _too_early(story: Story, at: datetime, wait: timedelta, why: str) -> Wrong | None:
    """Refuse a time that is too close to the newest claim."""
    passed = story.since_claim(at)
    return None if passed >= wait - story.windows.skew else (Impossible.TOO_EARLY, f"{passed} after the claim {why}")


def _person(story: Story, event: StoredEvent) -> Wrong | None:
    """A person settles what reads cannot, by name and with a reason."""
    if story.standing is None or story.standing.state not in FOR_A_PERSON:
        return None
    missing = evidence.missing_in_decision(event)
    return (Impossible.INCOMPLETE, f"it does not say {missing}") if missing else None


def _booking(story: Story, event: StoredEvent) -> Wrong | None:
    """A BookingID is told by what confirms it and by the release of the same; what changes a booking makes none."""
    if event.change is not None:
        return (Impossible.INCOMPLETE, "it tells a booking, and of none") if event.booking_id else None
    if (event.booking_id is None) is (event.kind in {EventKind.CONFIRMED, EventKind.RELEASED}):
        return (
            Impossible.INCOMPLETE,
            "it tells a booking, and of none" if event.booking_id else "it does not say which booking",
        )
    if event.kind is EventKind.RELEASED and event.booking_id != story.booking_id:
        return Impossible.INCOMPLETE, f"it is about booking {event.booking_id}, not {story.booking_id}"
    return None


RULES: Sequence[Callable[[Story, StoredEvent], Wrong | None]] = (
    _moves,
    _kind,
    _time,
    _persons,
    _claim,
    _outcome,
    _verdict,
    _person,
    _booking,
)

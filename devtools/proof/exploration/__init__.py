"""The booking protocol explored: every order of two requests for one booking, and in each every fault, on the real use cases.

In one scenario the bookings are two, of people whom nobody has met; in one, containers may not send. The scenarios of changes
(`changing/`) are of two requests for one change of a booking that is there, on the same engine, with the invariants that the
simulation of changes has.

Nothing is drawn. A run asks at each place where something is open which way it goes, and a sequence of numbers answers; the
sequences are enumerated, each by a run from the start, because the stacks of running calls cannot be copied.

What is left open, and so is chosen:

- Which call goes next, before each step that another call could notice: requests to the store, the POST, reads of what bookings
  change. All of them touch the rows of one booking, so they count as dependent; what a call does between two of them, and reads
  of what nobody changes, commute with everything and are not permuted. A call that could go on and has to wait is preempted;
  how often that may happen in one run is bounded. Where a call has ended or waits in vain, going elsewhere is free.
  What goes on beside a call, the settling of other operations, is preempted by the call's own way, and preempts it, alike.
- Which fault a step meets, as many as the budget allows: the function dies, a write is lost, unanswered, applied late or refused
  by a throttled index (with all others of that moment), a read is lost, an index read is stale, the list is behind, the POST
  meets one of the twelve fates of `placement.py`, the vault fails, the answer does not arrive.
- What becomes of the register's rows, in the scenario whose people are new: who reads or puts one first, and each fault of
  these requests. In the other ones everybody is known, and nobody is looked up.
- When a late write lands and a late booking comes about: at any turn from its earliest to its latest moment.
- When everybody comes back in the end: within minutes, after the settle window, or after a day.

Steps take no time, so that orders that do not matter lead to equal states. Time passes while an answer is waited for in vain,
and between the visits of a device; a deadline that runs out is a lost answer.

Equal states are visited once. A state (`world/state.py`) is a hash of the tables with the chains of events; the upstream's
bookings and balances; late writes and bookings that are still to come; the clock; for each running call, how far it is and a
hash of all that it was told; whose turns wait; whom each container remembers, and since when; and of what has been answered,
posted and moved, what later events can still contradict. Why equal hashes are equal states: the tasks are single-threaded code
that gets time, ids and the world through ports, and every value that a port hands over (and every fault) goes into the hash of
its task, in full and with the time, so equal hashes mean equal stacks. Ids, names, tokens and seals are functions of the call
and the text, not of who came first. What has happened and cannot be contradicted any more is judged when a run is cut short at
a visited state. A state is visited again with a budget that no earlier visit covered. A test compares the ends and the broken
invariants with and without all this.

What it leaves to the simulation: clocks that are wrong, calls that stand still, lists of several pages, limits, and apps that
obey what an answer allows (I11): a device here comes back at its times, whatever it was answered.

What it assumes of the world is what the simulation assumes (`devtools/proof/simulation`), whose parts it runs on.
"""

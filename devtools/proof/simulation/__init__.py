"""The booking protocol under seeded faults: the real use cases between a simulated platform, store and upstream.

What the verdict rests on, beside the code:

- A booking is in the upstream's list at most 12 minutes after its POST left us (`upstream.py`). Later than the 15 minutes
  that reconciliation waits, no protocol can tell "not created" from "not yet".
- Wall clocks are wrong by at most a minute (`clock.py`); 15 minutes would be another way to read too early.
- A function is dead when its time is over (`platform.py`), as Lambda promises.
- A booking that the user makes elsewhere differs from ours in its terms (`surroundings.py`), and a reply that is repeated
  by a cache is one that came through us (`placement.py`). An equal one could not be told apart by anybody.

- Nobody's row in the register is deleted: erasing a person waits until nothing about him is open (docs/adr/0027). The keys of
  accounts are erased, and containers go on with what they have in memory.

Six people in ten have no row yet when a run begins. Each container remembers names and keys for five minutes, as in production,
over one register whose requests are lost, late, unanswered and throttled like all others; and in three runs of ten containers
stop sending and go on, each at times of its own.

The store's rules are those of the in-memory store that the contract suite holds to the tables.
"""

"""Which campaigns are fought: the short form that every run of the tests fights, and the long one."""

from __future__ import annotations

import secrets

from tests.faults.campaign import Plan

SHORT_SEED = 3
LONG_SEEDS = (101, 102, 103, 104, 105)


def chosen(long: bool, seed: int | None) -> list[Plan]:
    """The campaigns of a run; with a seed of one's own one of each kind.

    The short form has one seed that is always the same and one that is drawn; both are in the test's name.
    """
    if long:
        return [plan for one in ([seed] if seed is not None else LONG_SEEDS) for plan in _long(one)]
    drawn = secrets.randbelow(100_000)
    return [processes(SHORT_SEED if seed is None else seed), database(drawn if seed is None else seed)]


def processes(seed: int) -> Plan:
    """Workers and the engine, on a ledger in SQLite."""
    return Plan("processes", seed, {"worker": 20, "engine": 5}, seconds=55)


def database(seed: int) -> Plan:
    """The database, with a ledger in PostgreSQL."""
    return Plan("database", seed, {"postgresql": 5}, seconds=20, postgresql=True, days=240)


def _long(seed: int) -> list[Plan]:
    return [
        Plan("processes", seed, {"worker": 20, "engine": 20}, seconds=100, days=500),
        Plan("database", seed, {"postgresql": 20}, seconds=80, postgresql=True, days=400),
    ]

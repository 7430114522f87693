"""Which campaigns are fought: the short form that every run of the tests fights, and the long one."""

from __future__ import annotations

import secrets

from tests.faults.campaign import Plan

SHORT_SEED = 3
LONG_SEEDS = (101, 102, 103, 104, 105)
_PROCESSES, _DATABASE = ("engine", "worker"), ("postgresql",)
"""Who is killed in each sort of window too; the engine first, since its errands go on at once when it is back."""


def chosen(long: bool, seed: int | None) -> list[Plan]:
    """The campaigns of a run; with a seed of one's own one of each kind.

    The short form has one seed that is always the same and one that is drawn; both are in the test's name.
    """
    if long:
        return [plan for one in ([seed] if seed is not None else LONG_SEEDS) for plan in _long(one)]
    drawn = secrets.randbelow(100_000)
    return [processes(SHORT_SEED if seed is None else seed), database(drawn if seed is None else seed)]


def processes(seed: int) -> Plan:
    """Workers and the engine, on a ledger in SQLite; with those aimed at twenty workers and five engines."""
    return Plan("processes", seed, {"worker": 16, "engine": 3}, seconds=55, aims=_PROCESSES)


def database(seed: int) -> Plan:
    """The database, with a ledger in PostgreSQL."""
    return Plan("database", seed, {"postgresql": 5}, seconds=20, postgresql=True, days=240, aims=_DATABASE)


def _long(seed: int) -> list[Plan]:
    return [
        Plan("processes", seed, {"worker": 20, "engine": 20}, seconds=100, days=500, aims=_PROCESSES),
        Plan("database", seed, {"postgresql": 20}, seconds=80, postgresql=True, days=400, aims=_DATABASE),
    ]

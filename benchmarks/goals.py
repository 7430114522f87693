"""What is wanted of the product's speed: every goal once, with its number and the benchmark that measures it."""

from __future__ import annotations

from dataclasses import dataclass

UNMEASURED = "not measured"


@dataclass(frozen=True)
class Goal:
    """A number to reach. A figure reaches it by being no more than `limit`, or no less where `least`.

    `module` is the benchmark that measures it. A goal set for `later` is measured and not judged.
    """

    code: str
    what: str
    limit: float
    module: str
    unit: str = "x"
    least: bool = False
    later: bool = False

    def holds(self, figure: float) -> bool:
        return figure >= self.limit if self.least else figure <= self.limit

    @property
    def wanted(self) -> str:
        return f"{'>=' if self.least else '<='} {told(self.limit, self.unit)}"


def told(figure: float, unit: str) -> str:
    """A figure as people read it: `1.24 x`, `26`, `0.38 s`, `52,100 /s`."""
    if figure != figure:
        return UNMEASURED
    if float(figure).is_integer() or abs(figure) >= 1000:
        number = f"{figure:,.0f}"
    else:
        number = f"{figure:.2f}" if abs(figure) < 100 else f"{figure:.0f}"
    return f"{number} {unit}".rstrip()


GOALS: tuple[Goal, ...] = (
    Goal("G1", "server and worker CPU of a life, over bare", 1.15, "lifecycle"),
    Goal("G2 p50", "a recorded approval, one client, median, over bare", 1.25, "lifecycle"),
    Goal("G2 p99", "the same, 99th percentile", 1.5, "lifecycle"),
    Goal("G2 p99/8", "a recorded approval, eight clients, 99th percentile, over bare", 1.3, "lifecycle"),
    Goal(
        "G3 entity",
        "approvals a second, eight clients, over a DBOS entity on PostgreSQL",
        1.8,
        "approvals",
        least=True,
    ),
    Goal("G3 untuned", "the same, over our own on an untuned start-dev", 1.6, "approvals", least=True),
    Goal("G4 events", "history events of a life", 168, "lifecycle", ""),
    Goal("G4 tasks", "workflow tasks of a life", 26, "lifecycle", ""),
    Goal("G4 states", "the server's state transitions of a life", 53, "lifecycle", ""),
    Goal("G4 kB", "size of a life's histories", 25, "lifecycle", "kB"),
    Goal("G5 memory", "memory of a cached partnership, over bare", 1.3, "lifecycle"),
    Goal("G5 imports", "what our imports cost a bare worker in CPU", 1.15, "lifecycle"),
    Goal("G6 board 10k", "a page of the board at 10,000 partnerships, over 100", 1.3, "portfolio"),
    Goal("G6 tasks 10k", "a page of the task list at 10,000, over 100", 1.3, "portfolio"),
    Goal("G6 board 100k", "a page of the board at 100,000 partnerships, over 100", 2, "portfolio"),
    Goal("G6 tasks 100k", "a page of the task list at 100,000, over 100", 2, "portfolio"),
    Goal(
        "G7 one",
        "replay, one core, over the default sandboxed replayer",
        1.7,
        "replay",
        least=True,
        later=True,
    ),
    Goal("G7 two", "the same with two processes", 3.4, "replay", least=True, later=True),
    Goal("G8 small", "rehearsing 20 partnerships for 3 years", 2, "rehearsal", "s", later=True),
    Goal("G8 large", "rehearsing 1,000 partnerships for 3 years", 100, "rehearsal", "s", later=True),
    Goal(
        "G8 years", "partnership-years rehearsed in a second", 30, "rehearsal", "/s", least=True, later=True
    ),
    Goal("G8 flat", "its cost for each partnership, 1,000 over 20", 1.2, "rehearsal", later=True),
    Goal("G9 speed", "entries verified on one core", 50_000, "verification", "/s", least=True),
    Goal("G9 linear", "time for each entry, the largest ledger over the smallest", 1.2, "verification"),
    Goal("G9 large", "structural verification of 10,000 partnerships' entries", 30, "verification", "s"),
    Goal("G10 first", "from an empty folder to the first recorded approval", 3, "startup", "s"),
    Goal("G10 read x", "a reading command, over `python -c 'import sqlite3'`", 3, "startup"),
    Goal("G10 read", "a reading command", 0.40, "startup", "s"),
    Goal("G10 engine", "a command that asks the engine, over a bare connection and call", 1.3, "startup"),
    Goal("G11 latency", "a recorded approval with 10,000 open, over 10 open, median", 1.2, "crowd"),
    Goal("G11 idle", "the idle engine with 10,000 open", 10, "crowd", "% of a core"),
    Goal("G12 stop", "first approval after a graceful restart of the worker", 1, "restarts", "s"),
    Goal("G12 kill", "first approval after kill -9 of the worker", 3, "restarts", "s"),
    Goal("G13", "of 200 commands, those that do not end cleanly", 0, "startup", ""),
    Goal("G14 missing", "of 10,000 reminders due in a minute, recorded and mailed: missing", 0, "crowd", ""),
    Goal("G14 twice", "of these, recorded or mailed twice", 0, "crowd", ""),
    Goal(
        "G15 preview",
        "what a suspension of 10,000 partnerships would move and write",
        100,
        "preview",
        "s",
        later=True,
    ),
    Goal("G15 flat", "its cost for each partnership, 10,000 over 1,000", 1.2, "preview", later=True),
)


def goal(code: str) -> Goal:
    return next(one for one in GOALS if one.code == code)


def modules() -> tuple[str, ...]:
    """The benchmarks that measure goals, in the order of the table."""
    return tuple(dict.fromkeys(one.module for one in GOALS))

"""Rehearsing a programme in the pure core, without engine or database (G8).

    .venv/bin/python -m benchmarks.rehearsal [--quick]

The demonstration's twenty partnerships are played for three years with one seed, then with ten: two hundred lives in
one process, of which a thousand would take five times as long if the cost of each stays what it is.
"""

from __future__ import annotations

import sys
import time

from benchmarks import measuring
from benchmarks.measuring import Figure, median
from domain.rehearsal import rehearse_all
from tests.domain.test_rehearsal import UNTIL, foundings, hands, programme_founding

SEEDS = 10
YEARS = 3


def _played(seeds: range) -> tuple[int, int, float]:
    """How many lives with how many events, and the seconds of CPU they took."""
    begun, lives, events = time.process_time(), 0, 0
    for seed in seeds:
        played = rehearse_all(foundings(), hands(seed), UNTIL, governing=programme_founding())
        lives += len(played.partnerships)
        for life in played.all().values():
            events += len(life.events)
    return lives, events, time.process_time() - begun


async def measure(quick: bool) -> list[Figure]:
    _played(range(1))  # calendars and terms are worked out once
    small = [_played(range(seed, seed + 1)) for seed in ((1,) if quick else (1, 2, 3))]
    seconds = median(took for _, _, took in small)
    lives, events, took = _played(range(1, 3 if quick else 1 + SEEDS))
    sys.stdout.write(
        f"\n{small[0][0]} partnerships {seconds:.1f} s, {lives} partnerships {took:.1f} s, "
        f"{events / took:,.0f} events/s\n"
    )
    figures = [
        Figure("G8 small", seconds),
        Figure("G8 years", lives * YEARS / took),
        Figure("G8 flat", took / lives / (seconds / small[0][0]), f"{lives}"),
    ]
    if not quick:
        figures.append(Figure("G8 large", took * 1000 / lives, f"from {lives}"))
    return figures


if __name__ == "__main__":
    measuring.alone(measure)

"""Campaigns are fought once for all tests that look at them, and a failing one tells how to fight it again."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from tests.databases import Unreachable, not_tested, pytest_terminal_summary
from tests.faults import plans
from tests.faults.campaign import Aftermath, Plan, fought
from tests.faults.results import Results

__all__ = ["pytest_terminal_summary"]

Fought = Callable[[Plan], Aftermath]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each campaign: those of the short form, or of the long one."""
    if "plan" in metafunc.fixturenames:
        given = metafunc.config.getoption("--fault-seed")
        metafunc.parametrize("plan", plans.chosen(metafunc.config.getoption("--long"), given), ids=str)


@pytest.fixture(scope="session")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Fought:
    """Fights a campaign, or gives what is left of it where it was fought before."""

    @cache
    def once(seed: int, plan: str) -> Aftermath:
        return asyncio.run(fought(by_name[plan], tmp_path_factory.mktemp("household")))

    by_name: dict[str, Plan] = {}

    def fight(plan: Plan) -> Aftermath:
        by_name[str(plan)] = plan
        try:
            return once(plan.seed, str(plan))
        except Unreachable as error:
            not_tested(str(error))

    return fight


@pytest.fixture(scope="session")
def results(request: pytest.FixtureRequest) -> Iterator[Results]:
    """Gathers what campaigns came to; all of the long form fought and held, it goes into docs/reliability.md."""
    kept = Results()
    yield kept
    if kept.rows:
        print(f"\n{kept.table(datetime.now(UTC))}")
    if kept.complete(plans.chosen(long=True, seed=None)):
        kept.write(Path(__file__).parents[2] / "docs" / "reliability.md")


def command(plan: Plan, *, long: bool) -> str:
    """How to fight one campaign again."""
    words = ["tests/faults/test_kills.py", "-k", plan.name, "--fault-seed", str(plan.seed)]
    return f"make test ARGS={shlex.quote(shlex.join([*words, *(['--long'] if long else [])]))}"

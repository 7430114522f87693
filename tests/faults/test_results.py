"""The table of results is written when everything was fought and held, and not otherwise."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from tests.faults import plans
from tests.faults.campaign import Plan
from tests.faults.results import BEGIN, END, Results

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"


def results(fought: list[Plan], **figures: int) -> Results:
    kept = Results()
    for plan in fought:
        kept.rows.append((plan.name, plan.seed, Counter({"acknowledged": 1_000, **figures}), 2.5, 9.25))
    return kept


def test_half_a_run_or_one_with_a_finding_is_not_complete() -> None:
    wanted = plans.chosen(long=True, seed=None)
    assert results(wanted).complete(wanted)
    assert not results(wanted[1:]).complete(wanted)
    assert not results(wanted, **{"found iii": 1}).complete(wanted)
    assert not results(plans.chosen(long=False, seed=None)).complete(wanted)
    assert not Results().complete(wanted)


def test_the_long_form_kills_each_kind_a_hundred_times() -> None:
    kills: Counter[str] = Counter()
    for plan in plans.chosen(long=True, seed=None):
        kills.update(plan.kills)
    assert kills == {"worker": 100, "engine": 100, "postgresql": 100}


def test_the_table_goes_between_its_marks_and_leaves_the_rest_of_the_page(tmp_path: Path) -> None:
    page = tmp_path / "reliability.md"
    page.write_text(PAGE.read_text(encoding="utf-8"), encoding="utf-8")
    results(plans.chosen(long=True, seed=None)).write(page)
    written = page.read_text(encoding="utf-8")
    table = written[written.index(BEGIN) : written.index(END)]
    assert f"{datetime.now(UTC):%Y-%m-%d}, seeds 101, 102, 103, 104, 105:" in table
    assert "| requests acknowledged | 5,000 | 5,000 |" in table
    before, _, after = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    assert written.startswith(before) and written.endswith(after.partition(END)[2])


def test_a_seed_of_ones_own_is_fought_alone_and_a_schedule_hangs_on_it_alone() -> None:
    assert [str(plan) for plan in plans.chosen(long=False, seed=7)] == ["processes-7", "database-7"]
    assert [str(plan) for plan in plans.chosen(long=True, seed=7)] == ["processes-7", "database-7"]
    assert plans.processes(7).schedule() == plans.processes(7).schedule()
    assert plans.processes(7).schedule() != plans.processes(8).schedule()

"""Every goal is measured by a benchmark, and the cheap ones run; no figure is asserted, only that there is one."""

from __future__ import annotations

import ast
import importlib
import math
from pathlib import Path

import pytest

from benchmarks import __main__ as bench
from benchmarks.goals import GOALS, goal, modules
from benchmarks.measuring import Figure, goals_table, percentile

ROOT = Path(__file__).parents[1]
CHEAP = ("portfolio", "verification", "preview")


@pytest.mark.parametrize("name", modules())
def test_a_benchmark_names_every_goal_it_is_to_measure(name: str) -> None:
    source = (ROOT / "benchmarks" / f"{name}.py").read_text()
    spoken = _spoken(source)
    for one in GOALS:
        if one.module == name:
            assert any(_says(said, one.code) for said in spoken), f"{name} says nothing of {one.code}"


def _spoken(source: str) -> set[str]:
    """Every first argument of a Figure, with `{}` for what is put in when it runs."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Figure":
            code = node.args[0]
            if isinstance(code, ast.Constant):
                found.add(str(code.value))
            elif isinstance(code, ast.JoinedStr):
                parts = (part.value if isinstance(part, ast.Constant) else "{}" for part in code.values)
                found.add("".join(str(part) for part in parts))
            else:
                # a name: the table beside it holds the codes
                found |= {
                    str(one.value) for one in ast.walk(ast.parse(source)) if isinstance(one, ast.Constant)
                }
    return found


def _says(said: str, code: str) -> bool:
    words, wanted = said.split(" "), code.split(" ")
    return len(words) == len(wanted) and all(
        word in ("{}", want) for word, want in zip(words, wanted, strict=True)
    )


@pytest.mark.parametrize("name", modules())
def test_a_benchmark_says_how_to_run_it_alone(name: str) -> None:
    module = importlib.import_module(f"benchmarks.{name}")
    assert f"python -m benchmarks.{name}" in (module.__doc__ or "")
    assert callable(module.measure)


def test_no_goal_is_there_twice() -> None:
    codes = [one.code for one in GOALS]
    assert len(codes) == len(dict.fromkeys(codes))
    assert {code.partition(" ")[0] for code in codes} == {f"G{number}" for number in range(1, 16)}


@pytest.mark.parametrize("name", CHEAP)
async def test_a_cheap_one_runs(name: str) -> None:
    figures = await importlib.import_module(f"benchmarks.{name}").measure(True)
    assert all(goal(one.code).module == name and math.isfinite(one.value) for one in figures)


async def test_what_was_not_measured_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(quick: bool) -> list[Figure]:
        raise RuntimeError("the machine is gone")

    monkeypatch.setattr("benchmarks.verification.measure", fails)
    figures = await bench.run(["verification"], quick=True)
    assert [one.code for one in figures] == [one.code for one in GOALS if one.module == "verification"]
    assert all(one.verdict == "not measured" for one in figures)


def test_a_goal_is_chosen_by_its_number_or_its_benchmark() -> None:
    assert bench.chosen(["g9"]) == ["verification"]
    assert bench.chosen(["portfolio", "G1"]) == ["lifecycle", "portfolio"]
    assert bench.chosen([]) == list(modules())
    with pytest.raises(SystemExit, match="no benchmark 'G99'"):
        bench.chosen(["G99"])


def test_a_figure_holds_or_falls_short() -> None:
    assert Figure("G1", 1.15).verdict == "holds" and Figure("G1", 1.16).verdict == "falls short"
    assert (
        Figure("G9 speed", 50_000).verdict == "holds" and Figure("G9 speed", 49_999).verdict == "falls short"
    )
    assert Figure("G7 one", 1.0).verdict == "later"
    assert "falls short" in goals_table([Figure("G12 stop", 1.4)])


def test_a_percentile_is_one_of_the_values() -> None:
    assert percentile([3, 1, 2], 0.5) == 2 and percentile([1], 0.99) == 1
    assert percentile(list(range(1, 101)), 0.99) == 99 and percentile(list(range(1, 101)), 1.0) == 100


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "performance.md"
    path.write_text(f"before\n{bench.BEGIN}\nold words\n{bench.END}\nafter\n")
    monkeypatch.setattr(bench, "PAGE", path)
    return path


def rows(page: Path) -> list[list[str]]:
    return [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in page.read_text().splitlines()
        if line[:3] == "| G"
    ]


def test_the_result_goes_into_its_place(page: Path) -> None:
    bench.write("- monday: lifecycle; two cores", "monday", [Figure("G1", 1.2, "all told")])
    text = page.read_text()
    assert text.startswith(f"before\n{bench.BEGIN}\n\n- monday: lifecycle; two cores\n\n| goal")
    assert text.endswith(f"\n\n{bench.END}\nafter\n") and "old words" not in text
    assert [(row[0], row[3], row[4], row[5]) for row in rows(page)] == [
        ("G1", "1.20 x", "falls short", "monday")
    ]


def test_what_was_not_measured_again_stays_with_the_day_it_was_measured(page: Path) -> None:
    bench.write(
        "- monday: all", "monday", [Figure("G9 speed", 60_000.0), Figure("G1", 1.2), Figure("G13", 0)]
    )
    bench.write(
        "- tuesday: some",
        "tuesday",
        [Figure("G1", 1.0), Figure("G13", math.nan), Figure("G10 first", math.nan)],
    )
    told = {row[0]: (row[4], row[5]) for row in rows(page)}
    assert told == {
        "G1": ("holds", "tuesday"),
        "G9 speed": ("holds", "monday"),
        "G10 first": ("not measured", "tuesday"),
        "G13": ("holds", "monday"),
    }
    order = [one.code for one in GOALS]
    assert [row[0] for row in rows(page)] == sorted(told, key=order.index)
    assert [line for line in page.read_text().splitlines() if line[:2] == "- "] == [
        "- monday: all",
        "- tuesday: some",
    ]


def test_quick_figures_never_take_the_place_of_others(page: Path) -> None:
    bench.write("- monday: some", "monday", [Figure("G1", 1.2)])
    bench.write("- tuesday, quick: some", f"tuesday{bench.QUICK}", [Figure("G1", 1.0), Figure("G13", 0)])
    assert {row[0]: row[5] for row in rows(page)} == {"G1": "monday", "G13": "tuesday, quick"}
    bench.write("- wednesday: some", "wednesday", [Figure("G13", 0)])
    assert {row[0]: row[5] for row in rows(page)} == {"G1": "monday", "G13": "wednesday"}


def test_a_run_of_which_nothing_is_left_is_not_told_any_more(page: Path) -> None:
    bench.write("- monday: some", "monday", [Figure("G1", 1.2)])
    bench.write("- tuesday: some", "tuesday", [Figure("G1", 1.0)])
    assert "monday" not in page.read_text()


def test_the_page_has_a_place_for_the_result() -> None:
    page = (ROOT / "docs" / "performance.md").read_text()
    assert page.count(bench.BEGIN) == page.count(bench.END) == 1

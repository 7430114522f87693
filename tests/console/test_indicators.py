"""`tandem indicators`: as a person and as a program reads it, for a day that is over, and wrong input."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ledger import open_ledger
from tests.console.conftest import Tandem


def figures(told: object) -> dict[tuple[str, str], int]:
    assert isinstance(told, dict)
    return {
        (one["code"], figure["split"]): figure["value"]
        for one in told["indicators"]
        for figure in one["figures"]
    }


def test_every_figure_is_on_its_line_with_its_rule(tandem: Tandem) -> None:
    told = tandem("indicators")
    asked = tandem("indicators", "--json").json
    lines = told.out.splitlines()
    assert told.status == 0 and "\x1b" not in told.out
    for one in asked["indicators"]:
        (line,) = [line for line in lines if line.startswith(f"{one['code']} ")]
        assert one["title"] in line and one["rule"] in line
    rows = sum(len(one["figures"]) for one in asked["indicators"])
    assert len([line for line in lines if not line.startswith("code") and "not counted" not in line]) == rows


def test_a_day_before_anything_was_recorded_has_nothing(tandem: Tandem) -> None:
    assert not any(figures(tandem("indicators", "--as-of", "2020-01-01", "--json").json).values())
    assert "as on record at 2020-01-01 23:59 UTC" in tandem("indicators", "--as-of", "2020-01-01").out


def test_evidence_is_named_by_entries_that_history_shows(tandem: Tandem) -> None:
    asked = tandem("indicators", "--json").json
    places = [
        place for one in asked["indicators"] for figure in one["figures"] for place in figure["evidence"]
    ]
    assert places
    told = tandem("indicators", "--evidence").out
    assert all(place in told for place in places)
    code, _, number = places[0].partition("/")
    history = tandem("history", code, "--json").json
    assert int(number) in [line["number"] for line in history if "number" in line]


def test_what_is_wrong_is_said(tandem: Tandem) -> None:
    for words, said in (
        (("--as-of", "yesterday"), "yesterday"),
        (("--as-of", "2023-02-30"), "2023-02-30"),
        (("--programme", "none"), "there is no programme 'none'"),
        (("C1-01",), "C1-01"),
    ):
        told = tandem("indicators", *words)
        assert told.status in (1, 2) and said in told.err and not told.out, told.err


def aims_at(home: Path, targets: dict[str, Any], *others: str) -> None:
    """The programme on record with targets, and programmes of these codes beside it."""
    ledger = open_ledger(f"sqlite:///{home / 'ledger.sqlite'}")
    row = ledger.programme("11438")
    assert row is not None
    facts = {"programme": {**row.facts["programme"], "targets": targets}}
    for code in (row.code, *others):
        ledger.put_programme(row.model_copy(update={"code": code, "facts": facts}))
    ledger.close()


TARGETS = {
    "partnerships": {"city": 10},
    "indicators": {"O3": 60, "R4": 70, "P2": {"virtual": 15}, "O5": {"hybrid, to China": 2}},
}


def test_each_figure_stands_beside_its_target(tandem: Tandem, home: Path) -> None:
    assert " target " not in tandem("indicators").out, "no column for nothing"
    aims_at(home, TARGETS)
    lines = [line.split("  ") for line in tandem("indicators").out.splitlines()]
    rows = [[cell.strip() for cell in cells if cell.strip()] for cells in lines]
    assert rows[0] == ["code", "indicator", "of which", "figure", "target", "counting rule"]
    told = {row[0]: row for row in rows}
    assert told["O1"][2:5] == ["city", "1", "10"] and told["region"] == ["region", "0"]
    assert told["O3"][2:5] == ["physical", "0", "60 in all"]
    assert "70%" in told["R4"]
    assert told["P2"][2:4] == ["physical", "no value"] and ["virtual", "no value", "at most 15"] in rows
    assert ["hybrid, to China", "0", "2"] in rows
    asked = {one["code"]: one for one in tandem("indicators", "--json").json["indicators"]}
    assert [figure["target"] for figure in asked["O1"]["figures"]] == [10, None]
    assert (asked["O3"]["target"], asked["R4"]["target"], asked["R2"]["target"]) == (60, 70, None)


def test_of_several_programmes_only_one_that_is_named_has_targets(tandem: Tandem, home: Path) -> None:
    aims_at(home, TARGETS, "11439")
    assert " target " not in tandem("indicators").out
    asked = tandem("indicators", "--json").json["indicators"]
    assert not any(figure["target"] for one in asked for figure in (one, *one["figures"]))
    assert " target " in tandem("indicators", "--programme", "11438").out

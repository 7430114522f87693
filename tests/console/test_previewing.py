"""What a step over many partnerships would do is shown, and nothing is done."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger import open_ledger
from tests.console.conftest import Tandem


def test_a_suspension_shows_every_date_that_would_stand_still(tandem: Tandem, home: Path) -> None:
    told = tandem("preview", "suspend", "--json").json
    with_dates = {one["entity"]: one["moved"] for one in told["each"]}
    ledger = open_ledger(f"sqlite:///{home / 'ledger.sqlite'}")
    for code, moved in with_dates.items():
        open_dates = {
            task.receipt.partition("/")[2] for task in ledger.tasks(entity=f"partnership/{code}") if task.due
        }
        assert {one["clock"] for one in moved} == open_dates
        assert all(one["now"] is None for one in moved)
    ledger.close()
    assert told["dates"] == sum(len(moved) for moved in with_dates.values()) > 0


def test_it_reads_well_and_changes_nothing(tandem: Tandem, home: Path) -> None:
    before = tandem("ledger", "checkpoint").out
    told = tandem("preview", "hold")
    assert told.status == 0
    assert "stands still" in told.out
    assert "paused" in told.out and "Elena García" in told.out
    assert "would move" in told.out and "would go out" in told.out
    assert "Nothing was sent" in told.err
    assert tandem("ledger", "checkpoint").out == before


def test_an_extension_moves_the_cut_offs(tandem: Tandem) -> None:
    told = tandem("preview", "extend", "C1-01", "--ends", "2024-06-30").out
    assert "draft final report" in told and "2024-05-31" in told
    assert "extended" in told
    assert "1 entity:" in told


def test_a_scope_leaves_out_what_does_not_fit(tandem: Tandem) -> None:
    every = tandem("preview", "suspend", "--totals", "--json").json
    assert tandem("preview", "suspend", "--country", "es", "--totals", "--json").json == every
    of_spain = ("preview", "suspend", "--country", "es", "--side", "eu", "--kind", "partnership")
    assert tandem(*of_spain, "--totals", "--json").json == every
    for nobody in (("--component", "C2"), ("--country", "FR"), ("--country", "ES", "--side", "cn")):
        assert tandem("preview", "suspend", *nobody).sentence.startswith("no entity that is under way fits")
    assert every["each"] == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("extend",), "an extension needs its --ends DAY"),
        (("hold", "--ends", "2024-06-30"), "--ends is the new last day of an extension"),
        (("close",), "close"),
        (("hold", "--country", "Spain"), "Spain"),
        (("hold", "--side", "eu"), "name the country"),
        (("hold", "--kind", "town"), "'town' is no kind"),
        (("hold", "--since", "2022-01-01"), "it goes with suspend"),
    ],
)
def test_wrong_options_are_named(tandem: Tandem, arguments: tuple[str, ...], words: str) -> None:
    told = tandem("preview", *arguments)
    assert told.status == 2
    assert words in told.err


def test_what_would_be_refused_is_listed_with_the_reason(tandem: Tandem) -> None:
    told = tandem("preview", "extend", "--ends", "2022-06-30")
    assert told.status == 0
    assert "would refuse: the programme ends on" in told.out
    assert "C9-99" in tandem("preview", "hold", "C9-99").sentence
    told = tandem("preview", "hold", "--programme", "99999")
    assert "there is no programme '99999'; on record are 11438" in told.sentence

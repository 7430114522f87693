"""`tandem whatif`: the same terms change nothing, others are told line by line, and wrong input."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.console.conftest import Tandem


@pytest.fixture
def policy(tandem: Tandem, tmp_path: Path) -> Path:
    """The terms on record, but without any reminder."""
    terms = tandem("partnership", "terms", "C1-01", "--json").json
    path = tmp_path / "policy.yaml"
    path.write_text(yaml.safe_dump(terms | {"name": "no reminders", "ladder": []}), encoding="utf-8")
    return path


def test_the_terms_on_record_change_nothing(tandem: Tandem, tmp_path: Path) -> None:
    path = tmp_path / "same.yaml"
    path.write_text(tandem("partnership", "terms", "C1-01").out, encoding="utf-8")
    told = tandem("whatif", str(path), "C1-01")
    assert told.status == 0 and "nothing would have been otherwise" in told.out
    answer = tandem("whatif", str(path), "C1-01", "--json").json
    assert answer["differences"] == [] and not any(answer["totals"].values())


def test_each_letter_that_would_not_have_been_is_a_line(tandem: Tandem, policy: Path) -> None:
    answer = tandem("whatif", str(policy), "C1-01", "--json").json
    gone = [one for one in answer["differences"] if one["subject"].startswith("reminder ")]
    assert gone and all(one["was"] and one["now"] is None and one["name"] for one in gone)
    assert answer["totals"]["letter"] >= len(gone)
    told = tandem("whatif", str(policy), "C1-01")
    assert told.out.count("reminder ") >= len(gone)


def test_all_partnerships_are_looked_at_and_totals_are_enough(tandem: Tandem, policy: Path) -> None:
    answer = tandem("whatif", str(policy), "--totals", "--json").json
    assert answer["partnerships"] == len(tandem("partnership", "list", "--json").json)
    assert answer["differences"] == [] and answer["totals"]["letter"] > 0
    told = tandem("whatif", str(policy), "--totals")
    assert told.out.splitlines()[0].startswith("partnership") and "reminder " not in told.out


def test_up_to_a_day_before_anything_happened_nothing_differs(tandem: Tandem, policy: Path) -> None:
    assert "nothing would have been" in tandem("whatif", str(policy), "--until", "2021-01-02").out


def test_a_partnership_named_twice_is_looked_at_once(tandem: Tandem, policy: Path) -> None:
    once, twice = (tandem("whatif", str(policy), *("C1-01",) * times, "--json").json for times in (1, 2))
    assert once == twice and once["partnerships"] == 1


def test_the_day_it_goes_up_to_is_part_of_it(tandem: Tandem, policy: Path) -> None:
    days = [one["on"] for one in tandem("whatif", str(policy), "C1-01", "--json").json["differences"]]
    upto = tandem("whatif", str(policy), "C1-01", "--until", days[0], "--json").json["differences"]
    assert upto and {one["on"] for one in upto} == {days[0]}


def test_terms_nobody_can_live_by_are_refused(tandem: Tandem, tmp_path: Path) -> None:
    terms = tandem("partnership", "terms", "C1-01", "--json").json
    path = tmp_path / "short.yaml"
    path.write_text(yaml.safe_dump(terms | {"stages": terms["stages"][:-1]}), encoding="utf-8")
    assert "lack the stage closing" in tandem("whatif", str(path)).sentence


def test_what_is_wrong_is_said(tandem: Tandem, policy: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("- a list\n", encoding="utf-8")
    for words, said in (
        ((), "POLICY"),
        ((str(tmp_path / "none.yaml"),), "none.yaml"),
        ((str(wrong),), "holds no terms"),
        ((str(policy), "C9-99"), "C9-99"),
        ((str(policy), "c1-01"), "did you mean C1-01?"),
        ((str(policy), "--until", "soon"), "soon"),
    ):
        told = tandem("whatif", *words)
        assert told.status in (1, 2) and said in told.err, (words, told.err)
        assert "Traceback" not in told.err and not told.out

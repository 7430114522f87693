"""`tandem whatif`: the same terms change nothing, others are told line by line, of every kind, and wrong input."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

import pytest
import yaml

from domain.terms import Stage
from ledger import open_ledger
from tests.clusters import Circle
from tests.console.conftest import Tandem
from tests.domain.piloting import PilotStory
from tests.given import on
from tests.reporting import ProgrammeStory
from tests.visiting import VisitStory


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


def test_all_on_record_are_looked_at_and_totals_are_enough(tandem: Tandem, policy: Path) -> None:
    answer = tandem("whatif", str(policy), "--totals", "--json").json
    assert answer["entities"] == len(tandem("partnership", "list", "--json").json)
    assert list(answer["kinds"]) == ["partnership"] and answer["left_out"] == []
    assert answer["differences"] == [] and answer["totals"]["letter"] > 0
    told = tandem("whatif", str(policy), "--totals")
    assert told.out.splitlines()[0].startswith("kind") and "reminder " not in told.out


def test_up_to_a_day_before_anything_happened_nothing_differs(tandem: Tandem, policy: Path) -> None:
    assert "nothing would have been" in tandem("whatif", str(policy), "--until", "2021-01-02").out


def test_a_partnership_named_twice_is_looked_at_once(tandem: Tandem, policy: Path) -> None:
    once, twice = (tandem("whatif", str(policy), *("C1-01",) * times, "--json").json for times in (1, 2))
    assert once == twice and once["entities"] == 1


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


@pytest.fixture
def of_all_kinds(home: Path) -> Path:
    """Beside the partnerships a visit, a pilot, a cluster and the programme, each with a bit of a life."""
    visit, pilot, cluster, programme = VisitStory(), PilotStory(), Circle(), ProgrammeStory()
    visit.open_delegation()
    visit.until(on(2023, 1, 9))
    pilot.fiche()
    pilot.day_by_day(on(2022, 6, 1))
    cluster.until(on(2021, 5, 1))
    programme.reports(Stage.INCEPTION_REPORT)
    programme.day_by_day(on(2021, 7, 1))
    ledger = open_ledger(f"sqlite:///{home / 'ledger.sqlite'}")
    for entries in (visit.entries, pilot.entries, cluster.entries, programme.entries):
        for _, batch in groupby(entries, key=lambda entry: entry.request):
            ledger.record(tuple(batch))
    ledger.close()
    return home


@pytest.mark.usefixtures("of_all_kinds")
def test_entities_of_every_kind_are_led_again(tandem: Tandem, policy: Path) -> None:
    answer = tandem("whatif", str(policy), "--json").json
    looked_at = {kind: facts["entities"] for kind, facts in answer["kinds"].items()}
    assert looked_at == {"partnership": 2, "visit": 1, "pilot": 1, "cluster": 1, "programme": 1}
    assert answer["entities"] == 6 and answer["left_out"] == []
    for kind, facts in answer["kinds"].items():
        assert facts["letter"] > 0, f"without a ladder nobody is reminded in a {kind}"
        assert facts["letter"] == sum(
            one["what"] == "letter" for one in answer["differences"] if one["kind"] == kind
        )
    told = tandem("whatif", str(policy), "--totals")
    rows = [line.split()[:2] for line in told.out.splitlines()[1:]]
    assert [row for row in rows if row in (["visit", "V-01"], ["cluster", "ECO"], ["programme", "11438"])]


@pytest.mark.usefixtures("of_all_kinds")
@pytest.mark.parametrize(
    ("kind", "code"), [("visit", "V-01"), ("pilot", "P-01"), ("cluster", "ECO"), ("programme", "11438")]
)
def test_codes_and_kinds_narrow_what_is_looked_at(tandem: Tandem, policy: Path, kind: str, code: str) -> None:
    named = tandem("whatif", str(policy), code, "--json").json
    assert {(one["kind"], one["code"]) for one in named["differences"]} == {(kind, code)}
    assert tandem("whatif", str(policy), "--kind", kind, "--json").json == named
    assert tandem("whatif", str(policy), code, "--kind", kind, "--json").json == named
    told = tandem("whatif", str(policy), code)
    assert told.out.splitlines()[0].split()[:2] == ["kind", "code"] and f" {code} " in told.out
    table = [line.split() for line in tandem("whatif", str(policy), code, "--totals").out.splitlines()]
    assert table[1][:2] == [kind, code]


@pytest.mark.usefixtures("of_all_kinds")
def test_what_every_kind_lives_by_changes_nothing(tandem: Tandem, tmp_path: Path) -> None:
    for group, code in (("partnership", "C1-01"), ("programme", "11438")):
        path = tmp_path / f"{group}.yaml"
        path.write_text(tandem(group, "terms", code).out, encoding="utf-8")
        told = tandem("whatif", str(path))
        assert told.status == 0 and "nothing would have been otherwise" in told.out


@pytest.mark.usefixtures("of_all_kinds")
def test_a_programmes_own_terms_are_about_it_alone(tandem: Tandem, tmp_path: Path) -> None:
    terms = tandem("programme", "terms", "11438", "--json").json
    terms["stages"][0]["gates"][0]["allowance"]["days"] = 30
    path = tmp_path / "reports.yaml"
    path.write_text(yaml.safe_dump(terms | {"name": "thirty days"}), encoding="utf-8")
    answer = tandem("whatif", str(path), "--json").json
    assert list(answer["kinds"]) == ["programme"] and answer["totals"]["deadline"] == 1
    assert answer["left_out"] == ["cluster", "partnership", "pilot", "visit"]
    told = tandem("whatif", str(path))
    assert "say nothing about any cluster, partnership, pilot or study visit" in " ".join(told.err.split())
    said = tandem("whatif", str(path), "V-01").sentence
    assert "the terms 'thirty days' say nothing about a study visit" in said
    assert "say nothing about any pilot" in tandem("whatif", str(path), "--kind", "pilot").sentence


@pytest.mark.usefixtures("of_all_kinds")
def test_what_could_not_have_begun_is_told_with_the_reason(
    tandem: Tandem, policy: Path, tmp_path: Path
) -> None:
    terms = yaml.safe_load(policy.read_text(encoding="utf-8"))
    path = tmp_path / "late.yaml"
    path.write_text(yaml.safe_dump(terms | {"visits": {"last_day": 600}}), encoding="utf-8")
    answer = tandem("whatif", str(path), "V-01", "--json").json
    (founding,) = [one for one in answer["differences"] if one["what"] == "refused"]
    assert founding["subject"] == "founding" and founding["name"] == "Olga Sekretar"
    assert founding["now"].startswith("visit V-01: the last day of a visit is 2022-05-10")


@pytest.mark.usefixtures("of_all_kinds")
def test_a_wrong_kind_is_said(tandem: Tandem, policy: Path) -> None:
    wrong = tandem("whatif", str(policy), "--kind", "journey")
    assert wrong.status == 2 and "'journey' is no kind; there are partnership, visit" in wrong.err
    other = tandem("whatif", str(policy), "V-01", "--kind", "pilot")
    assert other.sentence == "V-01 is a study visit, not a pilot"
    assert "did you mean V-01?" in tandem("whatif", str(policy), "v-01").sentence

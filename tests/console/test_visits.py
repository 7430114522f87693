"""Study visits from the command line, by the people of two partnerships; with wrong input as well."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from console import asking
from domain.entries import numbered
from ledger import SqlLedger, open_ledger
from tests.console.conftest import Said, Tandem
from tests.console.doors import QuickDoor, opened
from tests.given import on

FOUND = (
    *("visit", "found", "V-01", "--title", "Digital skills in Hangzhou", "--title-zh", "杭州数字技能考察"),
    *("--direction", "eu_to_cn", "--serves", "C1-01", "--serves", "C1-02", "--host", "Hangzhou"),
    *("--first", "2022-03-14", "--days", "5", "--as", "operator.one"),
)
CONCEPT = {
    "objective": True,
    "partnerships": ["C1-01", "C1-02"],
    "delegates": 6,
    "estimate": "24500.00",
    "authorisation": "PA-7",
}
READY = {
    "partnerships_represented": 2,
    "head_of_delegation": True,
    "flights_and_hotel": True,
    "insurance": True,
    "agenda_draft": True,
}


@pytest.fixture(autouse=True)
def _quick_door(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "opened", opened)
    monkeypatch.setattr(QuickDoor, "at", on(2021, 10, 12))
    monkeypatch.setattr(QuickDoor, "silent", 0)


class Visiting:
    """`tandem visit ...`, as somebody."""

    def __init__(self, tandem: Tandem, folder: Path) -> None:
        self._tandem = tandem
        self._folder = folder

    def __call__(self, command: str, *arguments: str | Path, by: str = "operator.one") -> Said:
        first, *more = command.split()
        return self._tandem("visit", first, "V-01", *more, *arguments, "--as", by)

    def done(self, command: str, *arguments: str | Path, by: str = "operator.one") -> str:
        told = self(command, *arguments, by=by)
        assert (told.status, told.err) == (0, ""), told.err
        return told.out

    def refused(self, command: str, *arguments: str | Path, by: str = "operator.one") -> str:
        return self(command, *arguments, by=by).sentence

    def form(self, **facts: Any) -> Path:
        path = self._folder / "form.yaml"
        path.write_text(yaml.safe_dump(facts), encoding="utf-8")
        return path

    def approved(self) -> None:
        self.done("submit visit_concept", "--file", self.form(**CONCEPT))
        self.done("decide g4a.team approve", by="team.leader")
        self.done("decide g4a approve", by="delegation")
        self.done("step dates")

    def delegated(self) -> None:
        self.approved()
        self.done(*GROUP)
        who = ("--who", "c1-01.eu.focal", "--who", "c1-01.eu.deputy", "--head", "c1-01.eu.deputy")
        self.done("name-participants g1", *who, by="c1-01.eu.focal")


GROUP = (
    "form-group g1",
    *("--sender", "Fuenlabrada", "--host", "Hangzhou", "--contact", "c1-01.eu.focal"),
    *("--host-contact", "c1-01.cn.focal", "--serves", "C1-01", "--serves", "C1-02"),
)


@pytest.fixture
def visit(tandem: Tandem, tmp_path: Path) -> Visiting:
    told = tandem(*FOUND)
    assert (told.status, told.err) == (0, ""), told.err
    return Visiting(tandem, tmp_path)


def test_a_visit_is_planned_listed_and_shown(tandem: Tandem, visit: Visiting) -> None:
    (record,) = tandem("visit", "list", "--json").json
    assert record["code"] == "V-01" and record["facts"]["serves"] == ["C1-01", "C1-02"]
    shown = tandem("visit", "show", "V-01").out
    assert "Digital skills in Hangzhou" in shown and "5 days from 2022-03-14" in shown
    assert "hand in the visit concept note" in shown
    assert "V-01" in tandem("tasks").out
    assert (
        "planned the physical visit 'Digital skills in Hangzhou' from Europe to China"
        in tandem("history", "V-01").out
    )


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"--serves": "C9-99"}, "there is no partnership C9-99"),
        ({"--host": "Rome"}, "'Rome'"),
        ({"--first": "2020-01-01"}, "a visit is planned for days to come"),
        ({"--first": "2023-12-01"}, "the last day of a visit is"),
        ({"--as": "c1-01.eu.focal"}, "neither an operator nor a team leader"),
        ({"V-01": "C1-01"}, "C1-01 is the partnership"),
    ],
)
def test_a_visit_that_cannot_be_is_refused_in_a_sentence(
    tandem: Tandem, changed: dict[str, str], said: str
) -> None:
    given = list(FOUND)
    for name, value in changed.items():
        place = given.index(name)
        given[place + 1 if name.startswith("--") else place] = value
    told = tandem(*given)
    assert told.status == 1 and said.strip("'") in told.sentence
    assert tandem("visit", "list").out == "No study visit is on record.\n"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"--first": "next monday"}, "is no day; write it as 2023-03-13"),
        ({"--days": "0"}, "--days"),
        ({"--direction": "home"}, "'home' is not one of"),
    ],
)
def test_a_command_misused_ends_with_status_two(tandem: Tandem, changed: dict[str, str], said: str) -> None:
    given = list(FOUND)
    for name, value in changed.items():
        given[given.index(name) + 1] = value
    told = tandem(*given)
    assert told.status == 2 and said in told.err


def test_the_delegation_is_named_by_keys_and_kept_by_ids(tandem: Tandem, visit: Visiting) -> None:
    visit.approved()
    assert "has no sub-group 'g1'" in visit.refused(
        "name-participants g1", "--who", "c1-01.eu.focal", "--head", "c1-01.eu.focal"
    )
    assert "'Paris' does not take part" in visit.refused(
        *("Paris" if one == "Fuenlabrada" else one for one in GROUP)
    )
    assert "formed sub-group g1" in visit.done(*GROUP)
    assert "there is nobody 'nobody' on file" in visit.refused(
        "name-participants g1", "--who", "nobody", "--head", "nobody"
    )
    told = visit.done(
        *("name-participants g1", "--who", "c1-01.eu.focal", "--who", "c1-01.eu.deputy"),
        *("--head", "c1-01.eu.focal"),
        by="c1-01.eu.focal",
    )
    assert "named 2 participants of Fuenlabrada's sub-group g1" in told
    events = [entry["event"] for entry in tandem("history", "V-01", "--json").json]
    assert "Elena" not in json.dumps(events), "in entries people are ids"


def test_the_invitation_is_the_hosts(visit: Visiting) -> None:
    visit.delegated()
    visit.done("step freeze")
    letter = ("--about", "g1", "--text", "We invite you.")
    assert "is issued by its host, Hangzhou" in visit.refused("step invitation", *letter)
    assert "issued the invitation of Fuenlabrada's sub-group g1" in visit.done(
        "step invitation", *letter, by="c1-01.cn.focal"
    )
    assert "has no step 'lunch' now" in visit.refused("step lunch")
    assert "needs no clearance" in visit.refused("group-step g1 cleared")
    assert "visas are lodged" in visit.done("group-step g1 visas_lodged")


def test_moving_is_foreseen_before_it_is_done(tandem: Tandem, visit: Visiting) -> None:
    visit.approved()
    move = ("--first", "2022-05-09", "--reason", "host")
    told = visit.done("move", *move, "--dry-run")
    assert "Nothing was sent" in told and "visit_agenda" in told and "2022-04-25" in told
    assert tandem("visit", "show", "V-01", "--json").json["state"]["first"] == "2022-03-14"
    assert "look at them with --dry-run, then ask with --yes" in visit.refused("move", *move)
    assert tandem("visit", "show", "V-01", "--json").json["state"]["first"] == "2022-03-14"
    visit.done("move", *move, "--yes")
    assert tandem("visit", "show", "V-01", "--json").json["state"]["first"] == "2022-05-09"
    assert "already" in visit.refused("move", *move, "--yes")


@pytest.mark.parametrize(
    "grades", ["4", "0,1,2,8", "0,1,2,8,4,1", "0,1,2,8,-4", "a,b,c,d,e", "0,1,2,8,4.5", ""]
)
def test_grades_are_five_numbers(visit: Visiting, grades: str) -> None:
    wrong = visit("step survey", "--grades", grades)
    assert wrong.status == 2 and "write five numbers, from one point to five" in " ".join(wrong.err.split())


def test_grades_go_with_the_survey_alone(visit: Visiting) -> None:
    assert "no step 'survey' now" in visit.refused("step survey", "--grades", "0,1,2,8,4")
    visit.approved()
    assert "they do not go with the step agenda" in visit.refused("step agenda", "--grades", "0,1,2,8,4")


def test_cancelled_it_keeps_its_costs_exactly(tandem: Tandem, visit: Visiting, tmp_path: Path) -> None:
    refusal = tmp_path / "refusal.pdf"
    refusal.write_bytes(b"%PDF no refund")
    why = ("--reason", "force_majeure", "--text", "The border is closed.")
    wrong = visit("cancel", *why, "--cost", "flights for twelve")
    assert wrong.status == 2 and "is no cost" in wrong.err
    told = visit.done(
        "cancel", *why, "--cost", f"flights=1200.50EUR:asked:denied:{refusal}", "--cost", "hotel=80.00EUR"
    )
    assert "1200.50 EUR for flights, 80.00 EUR for hotel (not eligible)" in told
    assert "was cancelled" in visit.refused("move", "--first", "2022-05-09", "--reason", "host", "--yes")


def test_converted_it_is_held_without_travelling(tandem: Tandem, visit: Visiting, tmp_path: Path) -> None:
    visit.approved()
    wrong = visit("convert physical", "--reason", "visa")
    assert wrong.status == 2 and "virtual or hybrid" in wrong.err
    asks = ("convert virtual", "--reason", "visa")
    assert "the consent of Hangzhou is not on record" in visit.refused(*asks)
    for given in ("Hangzhou", "=c1-01.cn.focal", "Hangzhou="):
        wrong = visit(*asks, "--agreed", given)
        assert wrong.status == 2 and "is no consent; write the host and the key" in wrong.err
    assert "nobody" in visit.refused(*asks, "--agreed", "Hangzhou=nobody")
    assert "does not receive visit V-01" in visit.refused(*asks, "--agreed", "Fuenlabrada=c1-01.eu.focal")
    assert "Elena García cannot agree for Hangzhou" in visit.refused(
        *asks, "--agreed", "Hangzhou=c1-01.eu.focal"
    )
    assert visit(*asks, "--cost", "hall").status == 2
    refusal = tmp_path / "refusal.pdf"
    refusal.write_bytes(b"%PDF no refund")
    agrees = (
        *("--agreed", "Hangzhou=c1-01.cn.focal", "--consent", "A meeting on a screen suits us."),
        *("--cost", f"flights=1200.50EUR:asked:denied:{refusal}", "--cost", "hotel=80.00EUR"),
    )
    assert "Nothing was sent" in visit.done(*asks, *agrees, "--dry-run")
    told = visit.done(*asks, *agrees)
    who = tandem("people", "show", "c1-01.cn.focal", "--json").json["name"]
    assert (
        f"made the visit a virtual one (visa); agreed to by {who} for Hangzhou; it cost 1200.50 EUR" in told
    )
    assert "80.00 EUR for hotel (not eligible)" in told
    shown = tandem("visit", "show", "V-01").out
    assert "agreed: Hangzhou" in shown and who in shown and "1200.50 EUR" in shown
    assert "is virtual already" in visit.refused(*asks)


def test_the_whole_timetable_is_shown_and_every_step_that_a_move_would_move(
    tandem: Tandem, visit: Visiting
) -> None:
    visit.approved()
    shown = tandem("visit", "show", "V-01", "--json").json["timetable"]
    stands = {(row["step"], row["about"]): row for row in shown}
    assert stands["concept_note", ""]["done"] and stands["groups", ""]["task"] == "visit_groups"
    assert stands["agenda", ""] == {
        "step": "agenda",
        "about": "",
        "due": "2022-02-28",
        "done": None,
        "task": "visit_agenda",
    }
    report = stands["mission_report", ""]
    assert report["due"] == "2022-04-12" and report["task"] is None and report["done"] is None
    told = tandem("visit", "show", "V-01").out
    assert "Timetable" in told and "G4b go or no-go" in told and "sub-groups to come" in told
    assert [line.split()[-1] for line in told.splitlines() if "mission report " in line][:1] == ["foreseen"]
    later = ("--first", "2022-05-16", "--reason", "host", "--dry-run")
    moved = {one["clock"]: one for one in visit("move", *later, "--json").json["moved"]}
    assert {"visit_dates", "visit_names", "submit/visit_readiness/0", "decide/G4b"} <= moved.keys()
    assert {"visit_survey", "submit/visit_report/0", "visit_next_steps/C1-01"} <= moved.keys()
    assert all(one["was"] and one["now"] for one in moved.values())
    out = visit.done("move", *later)
    assert "decide/G4b" in out and "visit_next_steps/C1-02" in out
    assert tandem("visit", "show", "V-01", "--json").json["timetable"] == shown, "nothing was sent"
    assert "no day" in visit("move", "--first", "soon", "--reason", "host", "--dry-run").err
    assert "is not" in visit.refused("move", "--first", "2020-01-01", "--reason", "host", "--dry-run")


def test_travel_data_are_kept_of_participants_alone_and_purged_with_the_entry(
    tandem: Tandem, visit: Visiting, home: Path, tmp_path: Path
) -> None:
    visit.delegated()
    passport = tmp_path / "passport.txt"
    passport.write_text("passport X1234567, born 1980-01-01", encoding="utf-8")
    keep = ("visit", "travel-data", "V-01", "--file", passport, "--who")
    assert "takes no part in visit V-01" in tandem(*keep, "c1-01.cn.focal").sentence
    assert tandem("visit", "travel-data", "V-01", "--who", "c1-01.eu.focal").status == 2
    assert "travel data are kept of Elena García" in tandem(*keep, "c1-01.eu.focal").out
    ledger = open_ledger(f"sqlite:///{home / 'ledger.sqlite'}")
    assert list(ledger.travel("visit/V-01").values()) == ["passport X1234567, born 1980-01-01"]
    why = ("--reason", "force_majeure", "--text", "The border is closed.")
    visit.done("cancel", *why)
    state = ledger.state("visit/V-01")
    assert state is not None
    due = state.next_due()
    assert due is not None
    _lapse(ledger, due)
    assert ledger.travel("visit/V-01") == {}
    assert "were purged" in tandem("history", "V-01").out
    assert "are purged" in tandem(*keep, "c1-01.eu.focal").sentence
    ledger.close()


def _lapse(ledger: SqlLedger, until: datetime) -> None:
    """What the visit's calendar says by then, put on record."""
    state = ledger.state("visit/V-01")
    assert state is not None
    events = state.lapse(until)
    ledger.record(numbered("visit/V-01", ledger.last_number("visit/V-01"), events, until, None))


def test_made_it_is_recorded_with_its_attendance_lists(
    visit: Visiting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit.delegated()
    visit.done("step freeze")
    visit.done("step invitation", "--about", "g1", "--text", "We invite you.", by="c1-01.cn.focal")
    visit.done("submit visit_readiness", "--file", visit.form(**READY))
    visit.done("decide g4b approve", by="team.leader")
    lists = tmp_path / "lists.pdf"
    lists.write_bytes(b"%PDF lists")
    count = ("--eu", "2", "--cn", "9", "--women", "5", "--document", lists, "--group", "g1")
    assert "is not over" in visit.refused("complete", *count)
    monkeypatch.setattr(QuickDoor, "at", on(2022, 3, 21))
    assert "no sub-group 'g7'" in visit.refused("complete", *count[:-1], "g7")
    told = visit.done("complete", *count)
    assert "recorded the physical visit of 2022-03-14 to 2022-03-18: 2 EU and 9 CN participants" in told
    assert "is under way" in visit.refused("run-again completed")
    assert "refused an errand 'other'" in visit.refused("let-be other", "--reason", "withdrawn")

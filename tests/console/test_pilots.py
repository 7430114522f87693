"""`tandem pilot`: begun from a plan, asked everything, and told what was wrong; the door is one without an engine."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from console import asking
from domain.pilots.facts import LISTS, CheckItem
from tests.console.conftest import Said, Tandem
from tests.console.doors import QuickDoor, opened
from tests.given import COMPLETE, on

FOUND = (
    *("pilot", "found", "P-01", "--partnership", "C1-01", "--action", "A1", "--kind", "demonstration"),
    *("--title", "Digital skills for small shops", "--title-zh", "小商户数字技能"),
)
POINTS = "ownership mutual-benefit maturity feasibility financing impact additionality helix replicability safeguards"


@pytest.fixture(autouse=True)
def _quick_door(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "opened", opened)
    monkeypatch.setattr(QuickDoor, "at", on(2021, 10, 12))
    monkeypatch.setattr(QuickDoor, "silent", 0)


class Pilot:
    """`tandem pilot ...` about P-01, as somebody."""

    def __init__(self, tandem: Tandem) -> None:
        self._tandem = tandem

    def __call__(self, command: str, *arguments: str | Path, by: str = "operator.one") -> Said:
        return self._tandem("pilot", command, "P-01", *arguments, "--as", by)

    def done(self, command: str, *arguments: str | Path, by: str = "operator.one") -> str:
        told = self(command, *arguments, by=by)
        assert (told.status, told.err) == (0, "")
        return told.out

    def refused(self, command: str, *arguments: str | Path, by: str = "operator.one") -> str:
        return self(command, *arguments, by=by).sentence

    def misused(self, command: str, *arguments: str | Path, by: str = "operator.one") -> str:
        """Wrong usage: exit status 2 and a sentence."""
        told = self(command, *arguments, by=by)
        assert told.status == 2
        return " ".join(told.err.replace("│", " ").split())

    def scores(self, points: int, by: str) -> str:
        given = [part for name in POINTS.split() for part in (f"--{name}", str(points))]
        return self.done("score", *given, by=by)


@pytest.fixture
def pilot(tandem: Tandem) -> Pilot:
    told = tandem(*FOUND, "--waive-plan", "programme_wish", "--as", "operator.one")
    assert (told.status, told.err) == (0, "")
    return Pilot(tandem)


@pytest.fixture
def form(tmp_path: Path) -> Any:
    def made(kind: str, **changes: Any) -> Path:
        path = tmp_path / f"{kind}.yaml"
        path.write_text(yaml.safe_dump(COMPLETE[kind] | changes), encoding="utf-8")
        return path

    return made


def screened(pilot: Pilot, form: Any) -> None:
    pilot.done("open-stage", "pilot_fiche")
    pilot.done("submit", "pilot_fiche", "--file", form("pilot_sheet"), by="c1-01.eu.focal")
    for by in ("team.leader", "counterpart"):
        pilot.scores(4, by)
    for by in ("team.leader", "counterpart"):
        pilot.done("decide", "p6", "approve", by=by)


def endorsed(pilot: Pilot, form: Any) -> None:
    screened(pilot, form)
    pilot.done("submit", "pilot_concept", "--file", form("pilot_concept"), by="c1-01.eu.focal")
    for item in CheckItem:
        listed = ("--listed", f"{QuickDoor.at:%Y-%m-%d}") if item in LISTS else ()
        pilot.done(
            "record-check", item, "clear", "--evidence", f"looked at {item}", *listed, by="cluster.inn"
        )
    pilot.done("decide", "P7.dd", "approve", by="team.leader")
    pilot.done("decide", "P7.eud", "approve", by="delegation")
    for by in ("c1-01.eu.mayor", "c1-01.cn.mayor"):
        pilot.done("decide", "P7", "approve", by=by)


# --- found ----------------------------------------------------------------------------------------------------------


def test_a_pilot_begins_only_with_an_adopted_plan_or_a_reason(tandem: Tandem) -> None:
    told = tandem(*FOUND, "--as", "operator.one").sentence
    assert told == (
        "C1-01 has no adopted action plan that a pilot could carry out; "
        "give the reason why this one begins without (--waive-plan)"
    )
    told = tandem(*FOUND, "--waive-plan", "programme_wish", "--as", "operator.one").out
    assert told.splitlines() == [
        "P-01: 'Digital skills for small shops' begins, for action A1 of C1-01",
        "Next: its fiche is opened (tandem pilot open-stage P-01 pilot_fiche)",
    ]
    told = tandem(*FOUND, "--waive-plan", "programme_wish", "--as", "operator.one").sentence
    assert "P-01 is the pilot 'Digital skills for small shops'; a new one has a code of its own" in told


def test_only_the_secretariat_begins_one(tandem: Tandem) -> None:
    told = tandem(*FOUND, "--waive-plan", "wish", "--as", "c1-01.eu.focal").sentence
    assert told == "Elena García is neither an operator nor a team leader of C1-01"


def test_trying_it_out_begins_nothing(tandem: Tandem) -> None:
    told = tandem(*FOUND, "--waive-plan", "wish", "--as", "operator.one", "--dry-run")
    assert "could begin; nothing was sent" in told.out
    assert "No pilot is on record." in tandem("pilot", "list").out


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        (("--kind", "railway"), "'railway' is not one of"),
        (("--title", "  "), "is no name"),
        (("--action", "A 1"), "is no code"),
        (("--waive-plan", "because we want it"), "is no code"),
    ],
)
def test_wrong_options_of_found_are_told(tandem: Tandem, changed: tuple[str, str], complaint: str) -> None:
    told = tandem(*FOUND, *changed, "--as", "operator.one")
    assert told.status == 2
    assert complaint in " ".join(told.err.replace("│", " ").split())


def test_an_unknown_partnership_is_told(tandem: Tandem) -> None:
    told = tandem(*FOUND, "--partnership", "C9-99", "--as", "operator.one")
    assert told.status == 1 and "C9-99" in told.sentence


# --- list and show --------------------------------------------------------------------------------------------------


def test_pilots_are_listed_and_shown(pilot: Pilot, tandem: Tandem, form: Any) -> None:
    endorsed(pilot, form)
    pilot.done(
        "record-source", "own-budget", "own_budget", "sought", "--amount", "25000.5", "--currency", "eur"
    )
    listed = tandem("pilot", "list").out
    assert "P-01" in listed and "financing sought" in listed
    shown = tandem("pilot", "show", "P-01").out
    assert "C1-01, action A1, demonstration" in shown
    assert "80 of 100 points, 60 are needed (2 of 2 of the panel)" in shown
    assert "25,000.50 EUR (own budget), sought" in shown
    assert "by Mara Manager, good until" in shown
    told = tandem("pilot", "show", "P-01", "--json").json
    assert told["state"]["sources"][0]["amount"] == {"amount": "25000.50", "currency": "EUR"}
    assert tandem("pilot", "list", "--json").json[0]["facts"]["reached"] == "financing_sought"
    assert "P-77" in tandem("pilot", "show", "P-77").sentence


# --- each request ---------------------------------------------------------------------------------------------------


def test_the_panel_scores_and_the_total_is_told_and_never_given(pilot: Pilot, form: Any) -> None:
    assert "gate P6 is not open" in _score_refused(pilot, "team.leader")
    pilot.done("open-stage", "pilot_fiche")
    pilot.done("submit", "pilot_fiche", "--file", form("pilot_sheet"), by="c1-01.eu.focal")
    assert "80 of 100 points" in pilot.scores(4, "team.leader")
    assert "the national counterpart has given none" in pilot.refused(
        "decide", "P6", "approve", by="team.leader"
    )
    pilot.scores(1, "counterpart")
    assert "come to 50 of 100 points, and 60 are needed" in pilot.refused(
        "decide", "P6", "approve", by="team.leader"
    )
    assert "--remark" in pilot.refused("decide", "P6", "reject", by="team.leader")


def _score_refused(pilot: Pilot, by: str) -> str:
    given = [part for name in POINTS.split() for part in (f"--{name}", "4")]
    return pilot.refused("score", *given, by=by)


def test_wrong_scores_are_told(pilot: Pilot) -> None:
    given = [part for name in POINTS.split() for part in (f"--{name}", "4")]
    assert "less than or equal to 5" in pilot.misused("score", *given, "--impact", "6", by="team.leader")
    assert "Missing option '--safeguards'" in pilot.misused("score", *given[:-2], by="team.leader")


def test_wrong_checks_are_told(pilot: Pilot, form: Any) -> None:
    evidence = ("--evidence", "looked")
    assert "'weather' is not one of" in pilot.misused("record-check", "weather", "clear", *evidence)
    assert "missing option --evidence" in pilot.misused("record-check", "environment", "clear")
    assert "is no day or time" in pilot.misused(
        "record-check", "exclusion", "clear", *evidence, "--listed", "yesterday"
    )
    assert "once its fiche has passed" in pilot.refused("record-check", "environment", "clear", *evidence)
    screened(pilot, form)
    assert "is looked up in a list: say of which day" in pilot.refused(
        "record-check", "exclusion", "clear", *evidence
    )


def test_wrong_sources_are_told(pilot: Pilot) -> None:
    def source(*changed: str) -> tuple[str, ...]:
        return ("own-budget", "own_budget", "sought", "--amount", "100", "--currency", "EUR", *changed)

    assert "amount" in pilot.misused("record-source", *source("--amount", "a lot"))
    assert "amount" in pilot.misused("record-source", *source("--amount", "1.005"))
    assert "currency" in pilot.misused("record-source", *source("--currency", "euro"))
    assert "financing is sought once both sides have endorsed P-01" in pilot.refused(
        "record-source", *source()
    )


def test_wrong_steps_are_told(pilot: Pilot) -> None:
    assert "'began' is not one of" in pilot.misused("pilot-step", "began")
    assert "is no day or time" in pilot.misused("pilot-step", "implementing", "--until", "soon")
    assert "once the agreement on it is on record" in pilot.refused("pilot-step", "implementing")


def test_wrong_notes_are_told(pilot: Pilot) -> None:
    assert "missing option --text" in pilot.misused("note-progress", by="c1-01.eu.focal")
    assert "greater than or equal to 1" in pilot.misused(
        "note-progress", "--quarter", "0", "--text", "note", by="c1-01.eu.focal"
    )
    assert "is not being implemented yet" in pilot.refused(
        "note-progress", "--text", "note", by="c1-01.eu.focal"
    )


def test_a_pilot_is_parked_and_taken_up_again(pilot: Pilot, tandem: Tandem) -> None:
    assert "Missing option '--review'" in pilot.misused("park", "--reason", "no_funding")
    assert "is no code" in pilot.misused("park", "--reason", "no money at all", "--review", "2022-02-01")
    told = pilot.done("park", "--reason", "no_funding", "--review", "2022-02-01")
    assert "parked it (no funding), to be looked at anew on 2022-02-01" in told
    assert "parked" in tandem("pilot", "list").out
    assert "is parked since" in pilot.refused("open-stage", "pilot_fiche")
    assert "took it up again" in pilot.done("unpark")
    assert "is not parked" in pilot.refused("unpark")


def test_a_pilot_is_dropped_with_a_code_and_in_words(pilot: Pilot) -> None:
    assert "missing option --text" in pilot.misused("drop", "--reason", "no_permit")
    assert "Missing option '--reason'" in pilot.misused("drop", "--text", "refused")
    assert "only the operator or the team leader may drop" in pilot.refused(
        "drop", "--reason", "no_permit", "--text", "refused", by="c1-01.eu.focal"
    )
    told = pilot.done("drop", "--reason", "no_permit", "--text", "The permit was refused.")
    assert "ended: dropped (no permit); it had reached idea" in told
    assert "P-01 ended on" in pilot.refused("hold", "--reason", "travel")


def test_a_pilot_is_handed_over_to_an_organisation(pilot: Pilot, form: Any) -> None:
    assert "is no code" in pilot.misused("transfer", "--to", "Mr Wang", "--agreed", "yes")
    assert "before that it is dropped" in pilot.refused("transfer", "--to", "cn-chamber", "--agreed", "yes")
    endorsed(pilot, form)
    told = pilot.done("transfer", "--to", "cn-chamber", "--agreed", "minutes of the handover")
    assert "named cn-chamber as its owner after the programme" in told
    told = pilot.done("transfer", "--to", "cn-chamber", "--agreed", "minutes", "--now")
    assert "ended: transferred to cn-chamber; it had reached financing sought" in told


def test_a_pilot_is_carried_out_to_its_completion(pilot: Pilot, tandem: Tandem, form: Any) -> None:
    endorsed(pilot, form)
    pilot.done("pilot-step", "agreed", "--text", "The agreement.")
    told = pilot.done("pilot-step", "implementing", "--until", f"{date(2022, 9, 30)}")
    assert "recorded that it is being implemented, until 2022-09-30" in told
    pilot.done("submit", "pilot_completion", "--file", form("pilot_report"), by="c1-01.cn.focal")
    for by in ("team.leader", "counterpart"):
        pilot.done("decide", "P8", "approve", by=by)
    told = pilot.done("pilot-step", "replicated", "--where", "es-getafe", "--text", "The report.")
    assert "recorded that it was repeated at es-getafe" in told
    figures = {
        row["split"]: row["value"]
        for one in tandem("indicators", "--json").json["indicators"]
        if one["code"] == "R3"
        for row in one["figures"]
    }
    assert figures == {"endorsed": 1, "implemented": 1, "with finance": 0}
    assert tandem("records", "rebuild", "--check").status == 0, "the records are what the entries tell"
    history = tandem("history", "P-01").out
    assert "began the demonstration pilot 'Digital skills for small shops' for action A1 of C1-01" in history


# --- what the partnership knows -------------------------------------------------------------------------------------


def test_a_partnership_is_told_of_a_pilot_by_hand_where_word_did_not_arrive(tandem: Tandem) -> None:
    def told(*changed: str) -> Said:
        given = ("P-01", "demonstration", "endorsed", "--action", "A1", "--since", "2021-10-01")
        return tandem("partnership", "record-pilot", "C1-01", *given, *changed, "--as", "operator.one")

    first = told()
    assert first.status == 0
    assert "pilot P-01 (demonstration, action A1) was endorsed on 2021-10-01" in first.out
    assert "is on record already" in told().sentence
    again = ("P-01", "demonstration", "dreamt", "--action", "A1", "--since", "2021-10-01")
    wrong = tandem("partnership", "record-pilot", "C1-01", *again, "--as", "operator.one")
    assert wrong.status == 2 and "'dreamt' is not one of" in " ".join(wrong.err.replace("│", " ").split())
    other = ("P-01", "demonstration", "idea", "--action", "A1", "--since", "2021-10-01")
    wrong = tandem("partnership", "record-pilot", "C1-01", *other, "--as", "operator.one")
    assert "a partnership is told that a pilot was endorsed or completed, nothing else" in wrong.err

"""Requests from the command line: who acts, what is kept, what is answered; the door is one without an engine."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from client.reading import partnership
from console import asking
from console.cli import app
from domain.entities import KINDS
from domain.living import RULES
from ledger import open_ledger
from tests.console.conftest import Said, Tandem
from tests.console.doors import QuickDoor, opened
from tests.given import COMPLETE, on


@pytest.fixture(autouse=True)
def _quick_door(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "opened", opened)
    monkeypatch.setattr(QuickDoor, "at", on(2021, 10, 12))
    monkeypatch.setattr(QuickDoor, "silent", 0)


class Asking:
    """`tandem partnership ...`, as somebody."""

    def __init__(self, tandem: Tandem) -> None:
        self._tandem = tandem

    def __call__(self, command: str, *arguments: str | Path, by: str) -> Said:
        return self._tandem("partnership", *command.split(), *arguments, "--as", by)

    def done(self, command: str, *arguments: str | Path, by: str) -> str:
        told = self(command, *arguments, by=by)
        assert (told.status, told.err) == (0, "")
        return told.out

    def refused(self, command: str, *arguments: str | Path, by: str) -> str:
        return self(command, *arguments, by=by).sentence


@pytest.fixture
def ask(tandem: Tandem) -> Asking:
    return Asking(tandem)


@pytest.fixture
def form(tmp_path: Path) -> Any:
    def made(kind: str, **changes: Any) -> Path:
        path = tmp_path / f"{kind}.yaml"
        path.write_text(yaml.safe_dump(COMPLETE[kind] | changes), encoding="utf-8")
        return path

    return made


def texts(home: Path) -> dict[str, str]:
    """What the vault keeps, by the kind of text."""
    connection = sqlite3.connect(home / "ledger.sqlite")
    rows = dict(connection.execute("SELECT kind, text FROM texts").fetchall())
    connection.close()
    return rows


OTHERWISE = {
    "engage_organisation": "engage",
    "propose": "propose",
    "plan_session": "plan-session",
    "visit_step": "step",
    "move_visit": "move",
    "convert_visit": "convert",
    "cancel_visit": "cancel",
    "report_incident": "incident",
    "complete_visit": "complete",
    "hold_joint_session": "hold-session",
    "review_cluster": "review",
    "close_cluster": "close",
}
"""Requests whose command has another name."""
THROUGH_THE_PROGRAMME = ("change_end",)
"""What is asked of many at once by the programme, after two persons wanted it there, and not of one by hand."""


@pytest.mark.parametrize("kind", KINDS)
def test_every_request_of_a_kind_is_a_command_of_its_group(kind: str) -> None:
    commands = get_command(app).commands[kind].commands  # type: ignore[attr-defined]  # they are groups
    for request in (*RULES, *KINDS[kind].own_rules):
        name = str(request.model_fields["kind"].default)
        if name not in THROUGH_THE_PROGRAMME:
            assert OTHERWISE.get(name, name.replace("_", "-")) in commands, f"{kind}: {name}"
    matters = {"waive", "settle-gate", "add-round"} | (
        {"extend", "merge"} if kind == "partnership" else set()
    )
    assert matters <= set(commands["propose"].commands)


def test_every_command_has_a_line_of_help() -> None:
    def walk(group: Any, path: str) -> None:
        for name, command in group.commands.items():
            assert command.help, f"{path} {name}"
            if hasattr(command, "commands"):
                walk(command, f"{path} {name}")

    walk(get_command(app), "tandem")


def test_opening_a_stage_says_who_owes_what_next(ask: Asking) -> None:
    told = ask.done("open-stage", "C1-02", "scoping", by="operator.one").splitlines()
    assert told[0].startswith("C1-02: Olga Sekretar (operator) opened scoping")
    assert told[1].startswith(
        "Next: Mara Manager (cluster manager) is to hand in the scoping report, by 2021-"
    )


def test_the_version_is_the_hash_of_the_document(ask: Asking, form: Any, tmp_path: Path, home: Path) -> None:
    ask.done("open-stage", "C1-02", "scoping", by="operator.one")
    document = tmp_path / "report.pdf"
    document.write_bytes(b"%PDF-1.7 the report")
    told = ask.done(
        "submit",
        "C1-02",
        "scoping",
        "--file",
        form("scoping_report"),
        "--document",
        document,
        by="cluster.inn",
    )
    digest = hashlib.sha256(document.read_bytes()).hexdigest()
    assert f"version 1 (sha256:{digest[:8]}…)" in told
    assert "Next: Tina Leader (team leader) is to decide G2 v1: scoping approved" in told
    assert "digital-skills" in texts(home)["form"]
    again = ask.done("decide", "C1-02", "g2", "approve", by="team.leader")
    assert again.startswith(f"on version 1, sha256:{digest[:8]}…\n")


def test_a_form_can_come_through_a_pipe(ask: Asking, tandem: Tandem) -> None:
    ask.done("open-stage", "C1-02", "scoping", by="operator.one")
    arguments = ("partnership", "submit", "C1-02", "scoping", "--file", "-", "--as", "cluster.inn")
    told = tandem(*arguments, stdin=json.dumps(COMPLETE["scoping_report"]))
    assert told.status == 0
    assert "handed in the scoping report, version 1" in told.out


def test_an_incomplete_deliverable_is_refused_by_the_checklist(ask: Asking, form: Any) -> None:
    ask.done("open-stage", "C1-02", "scoping", by="operator.one")
    path = form("scoping_report", pilot_ideas=0)
    assert "it lacks at least one pilot idea" in ask.refused(
        "submit", "C1-02", "scoping", "--file", path, by="cluster.inn"
    )


def test_deciding_names_the_version_or_takes_the_one_stated(ask: Asking) -> None:
    assert "no version of action plan begins with 'ffff'" in ask.refused(
        "decide", "C1-01", "G5.review", "approve", "--version", "ffff", by="c1-01.eu.focal"
    )
    assert "too short" in ask.refused(
        "decide", "C1-01", "G5.review", "approve", "--version", "a", by="c1-01.eu.focal"
    )
    told = ask.done(
        "decide", "C1-01", "G5.review", "approve", "--version", "sha256:5dbbd759", by="c1-01.eu.focal"
    )
    assert "gate G5.review (both sides review, version 1): approved" in told
    assert "Next: Tina Leader (team leader) is to decide G5.team v1" in told


def test_a_decision_on_an_old_version_is_refused_with_the_reason(ask: Asking, form: Any) -> None:
    ask.done("decide", "C1-01", "G5.review", "return", "--remark", "more on costs", by="c1-01.eu.focal")
    ask.done("submit", "C1-01", "action_plan", "--file", form("action_plan"), by="cluster.inn")
    told = ask.refused(
        "decide", "C1-01", "G5.review", "approve", "--version", "5dbbd759", by="c1-01.eu.focal"
    )
    assert "supersedes it: read that one and decide again" in told
    by_number = ask("decide", "C1-01", "G5.review", "approve", "--version", "2", by="c1-01.eu.focal")
    assert by_number.status == 0


def test_texts_are_kept_and_only_their_hash_goes_on(
    ask: Asking, home: Path, tmp_path: Path, tandem: Tandem
) -> None:
    note = tmp_path / "remark.txt"
    note.write_text("Canary: the budget is a matter of taste.\n", encoding="utf-8")
    ask.done("decide", "C1-01", "G5.review", "return", "--remark-file", note, by="c1-01.eu.focal")
    assert texts(home)["remark"].startswith("Canary")
    assert "Canary" not in tandem("history", "C1-01", "--json").out


def test_a_wrong_option_leaves_no_text_behind(ask: Asking, home: Path) -> None:
    told = ask(
        "propose merge", "C1-01", "two words", "--reason", "r", "--consent", "Canary", by="operator.one"
    )
    assert told.status == 2
    assert texts(home) == {}


def test_the_wrong_role_is_refused_and_kept_as_an_attempt(ask: Asking, tandem: Tandem) -> None:
    told = ask.refused("open-stage", "C1-02", "scoping", by="c1-01.eu.focal")
    assert told == "only the operator or the team leader may open a stage; you act as EU focal point"
    assert "Elena García" in tandem("attempts", "-p", "C1-02").out


def test_refusals_call_people_by_their_names(ask: Asking) -> None:
    told = ask.refused("confirm", "C1-01", by="operator.one")
    assert told == "proposal 1 was made by Olga Sekretar; a second person confirms it"


def test_two_persons_waive_a_condition(ask: Asking) -> None:
    assert "the condition 'plan adopted' of pilot investments is waived" in ask.done(
        "confirm", "C1-01", "1", by="operator.two"
    )
    assert "no proposal is open in C1-01" in ask.refused("decline", "C1-01", by="operator.two")
    told = ask.done(
        "propose extend",
        "C1-01",
        "--ends",
        "2024-03-31",
        "--reason",
        "late_start",
        "--addendum",
        "no 2",
        "--yes",
        by="operator.one",
    )
    assert "made proposal 2: extend the programme to 2024-03-31 (late_start)".replace("_", " ") in told
    assert "3 dates" not in ask.done("confirm", "C1-01", "--yes", by="team.leader")


def test_acting_for_somebody_needs_a_delegation(ask: Asking) -> None:
    arguments = ("C1-01", "G5.review", "approve", "--for")
    assert "no delegation covers it" in ask.refused(
        "decide", *arguments, "c1-01.eu.focal", by="c1-01.eu.deputy"
    )
    ask.done(
        "delegate",
        "C1-01",
        "--to",
        "c1-01.eu.deputy",
        "--until",
        "2021-12-31",
        "--stage",
        "action_plan",
        by="c1-01.eu.focal",
    )
    told = ask.done("decide", *arguments, "c1-01.eu.focal", by="c1-01.eu.deputy")
    assert "Diego Suplente for Elena García (EU focal point) approved G5.review" in told


def test_who_holds_several_roles_says_in_which(ask: Asking, home: Path) -> None:
    ask.done("change-holder", "C1-01", "operator", "programme", "--to", "team.leader", by="operator.one")
    told = ask.refused("hold", "C1-01", "--reason", "elections", by="team.leader")
    assert told.endswith("say as which with --role team_leader or --role operator")
    assert "Tina Leader (operator) put it on hold" in ask.done(
        "hold", "C1-01", "--reason", "elections", "--role", "operator", by="team.leader"
    )


def test_who_has_left_is_told_since_when(ask: Asking) -> None:
    ask.done("change-holder", "C1-01", "focal_point", "eu", "--leaving", "c1-01.eu.focal", by="operator.one")
    told = ask.refused("decide", "C1-01", "G5.review", "approve", by="c1-01.eu.focal")
    assert "Elena García does not hold the role of EU focal point in C1-01 any more since 2021-10-12" in told


def test_questions_advice_and_seats(ask: Asking) -> None:
    gate = ("C1-01", "G5.review")
    ask.done("ask-advice", *gate, "--of", "counterpart", "--question", "is it known?", by="c1-01.eu.focal")
    assert "gave advice at G5.review" in ask.done("give-advice", *gate, "--answer", "it is", by="counterpart")
    assert "asked a formal question" in ask.done("clarify", *gate, "--question", "why?", by="c1-01.eu.focal")
    assert "answered the question" in ask.done("answer", *gate, "--answer", "because", by="cluster.inn")
    assert "added the team leader as a decider" in ask.done(
        "add-decider", *gate, "--seat", "team_leader", by="operator.one"
    )
    assert "say who decides besides" in ask.refused("add-decider", *gate, by="operator.one")
    assert "handed the seat" in ask.done("hand-over", *gate, "--to", "c1-01.eu.deputy", by="c1-01.eu.focal")
    assert "approved" in ask.done("decide", *gate, "approve", by="c1-01.eu.deputy")
    assert "took back" in ask.done("take-back", *gate, by="c1-01.eu.deputy")


def test_the_secretariats_steps(ask: Asking) -> None:
    assert "reached Elena García by wechat" in ask.done(
        "log-contact", "C1-01", "c1-01.eu.focal", "wechat", by="operator.one"
    )
    assert "recorded cn-lab (research institution)" in ask.done(
        "engage", "C1-01", "cn-lab", "cn", "research", by="operator.one"
    )
    assert "lapsed" in ask.done("agreement-step", "C1-01", "lapsed", by="operator.one")
    assert "adopted calendar edition 'autumn'" in ask.done(
        "adopt-calendar", "C1-01", "--name", "autumn", "--through", "2025", by="operator.one"
    )
    told = ask.done(
        *("record-exchange", "C1-01", "ws-2", "virtual", "--held", "2021-10-01", "--eu", "3", "--cn", "4"),
        by="operator.one",
    )
    assert "without evidence, so it does not count" in told
    there = ("record-exchange", "C1-01", "ws-3", "virtual", "--held", "2021-10-01", "--eu", "3", "--cn", "4")
    listed = (*there, "--organisation", "chamber-eu", "--evidence", "the list")
    assert "chamber-eu is not engaged in C1-01; on record are" in ask.refused(*listed, by="operator.one")
    ask.done("engage", "C1-01", "chamber-eu", "eu", "business", by="operator.one")
    assert "read from the attendance list" in ask.refused(*there, *listed[-4:-2], by="operator.one")
    assert "among them chamber-eu, with evidence" in ask.done(*listed, by="operator.one")
    assert "every clock stands still" in ask.done("hold", "C1-01", "--reason", "elections", by="operator.one")
    assert "resumed it" in ask.done("resume", "C1-01", by="operator.one")
    assert "the authority's suspension" in ask.done(
        "suspend", "C1-01", "--order", "letter 7", by="delegation"
    )
    assert "is suspended by the authority" in ask.refused("open-stage", "C1-01", "closing", by="operator.one")
    assert "lifted the suspension" in ask.done(
        "lift-suspension", "C1-01", "--order", "letter 8", by="delegation"
    )


def test_a_member_is_replaced(ask: Asking, home: Path) -> None:
    from ledger.rows import Person

    ledger = open_ledger(f"sqlite:///{home / 'ledger.sqlite'}")
    ledger.put_person(
        Person(
            id="p-nanchang",
            key="nanchang.focal",
            name="周 敏",
            email="z@example.org",
            language="zh",
            zone="Asia/Shanghai",
        )
    )
    ledger.close()
    told = ask.done(
        *("replace-member", "C1-01", "cn", "--leaving", "Hangzhou", "--name", "Nanchang", "--country", "cn"),
        *(
            "--level",
            "city",
            "--focal",
            "nanchang.focal",
            "--reason",
            "restructuring",
            "--agreed",
            "both agree",
        ),
        by="operator.one",
    )
    assert "replaced Hangzhou by Nanchang (CN) (restructuring), with 周 敏" in told
    assert "opened scoping because a member was replaced" in told


def test_terms_are_edited_and_adopted(ask: Asking, tandem: Tandem, tmp_path: Path) -> None:
    path = tmp_path / "terms.yaml"
    printed = tandem("partnership", "terms", "C1-01").out
    path.write_text(
        printed.replace("name: '2021'", "name: '2022'").replace("hold_review: 90", "hold_revue: 60")
    )
    arguments = ("C1-01", "--terms", path, "--decision", "minutes 12")
    assert "there is no field 'hold_revue'; did you mean 'hold_review'?" in ask.refused(
        "adopt-terms", *arguments, by="operator.one"
    )
    path.write_text(printed.replace("name: '2021'", "name: '2022'"))
    assert "adopted the terms '2022'" in ask.done("adopt-terms", *arguments, by="operator.one")


def test_a_withdrawal_ends_it(ask: Asking) -> None:
    told = ask.done(
        "withdraw", "C1-02", "cn", "--reason", "capacity", "--notice", "we leave", by="c1-01.cn.focal"
    )
    assert "ended: withdrawn" in told
    assert "Next:" not in told
    assert "its record can be read" in ask.refused("open-stage", "C1-02", "scoping", by="operator.one")


def test_an_unanswered_request_is_asked_again(
    ask: Asking, tandem: Tandem, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QuickDoor, "silent", 1)
    told = ask.refused("hold", "C1-02", "--reason", "elections", "--remark", "by phone", by="operator.one")
    id = told.rstrip(")").split()[-1]
    assert f"tandem partnership ask-again {id}" in told
    kept = home / "unanswered" / f"{id}.json"
    assert "by phone" not in kept.read_text()
    again = tandem("partnership", "ask-again", id)
    assert "put it on hold (elections)" in again.out
    assert not kept.exists()


def test_an_answer_can_be_read_by_a_program(ask: Asking) -> None:
    told = ask("hold", "C1-02", "--reason", "elections", "--json", by="operator.one").json
    assert told["status"] == "on_hold"
    assert told["entries"][0]["event"]["kind"] == "hold_placed"
    assert told["next"][0]["task"] == "hold_review"


def test_a_merger_is_into_a_cluster_of_the_programme(ask: Asking) -> None:
    arguments = ("--reason", "one_topic", "--consent", "both agree")
    told = ask.refused("propose merge", "C1-01", "XXX", *arguments, by="operator.one")
    assert told.startswith("'XXX' is no cluster of programme 11438; there are ")
    assert "merge it into INN" in ask.done("propose merge", "C1-01", "inn", *arguments, by="operator.one")


def test_an_extension_ends_on_a_later_day_and_as_the_programme_does(ask: Asking, home: Path) -> None:
    arguments = ("--reason", "late_start", "--addendum", "no 2", "--yes")
    before = _ends(home)
    assert "an extension ends later" in ask.refused(
        "propose extend", "C1-01", "--ends", "2023-12-31", *arguments, by="operator.one"
    )
    ask.done("propose extend", "C1-01", "--ends", "2024-12-31", *arguments, by="operator.one")
    ask.done("confirm", "C1-01", "2", "--yes", by="team.leader")
    assert _ends(home) == before.replace(year=2024)


def _ends(home: Path) -> datetime:
    ledger = open_ledger(f"sqlite:///{home / 'ledger.sqlite'}")
    state = partnership(ledger, "C1-01")
    ledger.close()
    return state.ends


def test_a_seat_of_a_side_needs_its_side(ask: Asking) -> None:
    told = ask.refused("add-decider", "C1-01", "G5.review", "--seat", "signatory", by="operator.one")
    assert told == "signatory is a role of a side; say of which with --seat-side eu or --seat-side cn"


def test_a_seat_that_was_handed_over_is_told_with_who_sits_there(ask: Asking) -> None:
    gate = ("C1-01", "G5.review")
    ask.done("add-decider", *gate, "--seat", "team_leader", by="operator.one")  # so that it stays open
    ask.done("hand-over", *gate, "--to", "c1-01.eu.deputy", by="c1-01.eu.focal")
    told = ask.refused("decide", *gate, "approve", by="c1-01.eu.focal")
    assert (
        "is decided by Diego Suplente in the seat of the EU focal point, the CN focal point and the" in told
    )
    ask.done("decide", *gate, "approve", by="c1-01.eu.deputy")
    assert ask.refused("decide", *gate, "return", by="c1-01.eu.deputy").startswith("you decided on ")


def test_a_dry_run_says_what_would_happen_and_does_nothing(ask: Asking, tandem: Tandem, home: Path) -> None:
    before = tandem("partnership", "show", "C1-01").out
    remark = "the new council meets in May"
    told = ask.done("hold C1-01 --reason elections --remark", remark, "--dry-run", by="operator.one")
    first, *_ = told.splitlines()
    assert first == "Nothing was sent. This would happen:"
    assert "Olga Sekretar (operator) put it on hold (elections)" in told
    assert "stands still" in told, "the deadlines that move"
    assert "paused" in told and "Elena García" in told, "who would be written to"
    assert tandem("partnership", "show", "C1-01").out == before
    assert remark not in str(texts(home).values())
    plain = json.loads(ask.done("hold C1-01 --reason elections --dry-run --json", by="operator.one"))
    assert (plain["dry_run"], plain["status"]) == (True, "on_hold")
    assert all(one["now"] is None for one in plain["moved"])


def test_a_dry_run_is_refused_as_the_request_would_be_and_leaves_no_attempt(
    ask: Asking, tandem: Tandem
) -> None:
    attempts = tandem("attempts").out
    assert "only the operator" in ask.refused("hold C1-01 --reason elections --dry-run", by="c1-01.eu.focal")
    assert tandem("attempts").out == attempts


def test_a_dry_run_of_a_proposal_shows_what_its_confirmation_would_move(ask: Asking) -> None:
    told = ask.done(
        *("propose extend C1-01 --ends 2024-06-30 --reason addendum --addendum", "no. 1", "--dry-run"),
        by="operator.one",
    )
    _, then = told.split("Once a second person confirms it:")
    assert "draft final report" in then and "2024-05-31" in then
    assert "calendar" not in told, "it is a person who would confirm"


def test_a_session_from_the_command_line(ask: Asking, tandem: Tandem) -> None:
    told = ask.done("plan-session C1-01 ws-9 virtual --starts 2021-12-02T08:00Z", by="operator.one")
    assert "planned session ws-9, virtual, for 2021-12-02 08:00 UTC" in told
    assert "invite to session ws-9" in told
    reckoned = tandem("deadline", "C1-01/invite/ws-9/0").out
    assert "15 joint working days of ES and CN" in reckoned
    assert "counted back from that day" in reckoned
    assert (
        "needs its hour and zone"
        in ask("plan-session C1-01 ws-8 virtual --starts 2021-12-02", by="operator.one").err
    )
    ask.done("session-step C1-01 ws-9 invited --text", "1. welcome", by="cluster.inn")
    assert "answered for their side to session ws-9" in ask.done(
        "session-step C1-01 ws-9 confirmed", by="c1-01.eu.focal"
    )
    shown = tandem("partnership", "show", "C1-01").out
    assert "session ws-9" in shown and "invited, virtual, 2021-12-02 08:00 UTC" in shown
    assert "answer for one's side to session ws-9" in tandem("tasks", "--partnership", "C1-01").out
    assert "--reason" in ask.refused("session-step C1-01 ws-9 cancelled", by="operator.one")
    assert "cancelled session ws-9 (travel)" in ask.done(
        "session-step C1-01 ws-9 cancelled --reason travel", by="operator.one"
    )

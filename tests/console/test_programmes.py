"""The programme from the command line: broadcasts, reports, cut-offs; the door is one without an engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from console import asking
from domain.entities import KINDS
from domain.entries import numbered
from domain.errands import Carried, TurnedDown
from domain.programme import Programme, founded
from domain.values import listed
from ledger import SqlLedger, open_ledger
from tests.console.conftest import Said, Tandem
from tests.console.doors import QuickDoor, opened
from tests.given import COMPLETE, on, programme_founding

ORDER = ("--order", "by the authority's letter 7", "--reason", "force_majeure")


@pytest.fixture(autouse=True)
def _quick_door(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "opened", opened)
    monkeypatch.setattr(QuickDoor, "at", on(2021, 10, 12))
    monkeypatch.setattr(QuickDoor, "silent", 0)


@pytest.fixture
def ledger(home: Path) -> Iterator[SqlLedger]:
    """The home's ledger, with the programme in it as it stands in October 2021."""
    held = open_ledger(f"sqlite:///{home / 'ledger.sqlite'}")
    first = programme_founding()
    state = founded(first)
    spoken = state.lapse(on(2021, 10, 12))
    held.record(numbered(state.entity, 0, (first, *spoken), on(2021, 10, 12), None))
    yield held
    held.close()


class Asking:
    """`tandem programme ...`, as somebody."""

    def __init__(self, tandem: Tandem) -> None:
        self._tandem = tandem

    def __call__(
        self, command: str, *arguments: str | Path, by: str = "operator.one", stdin: str | None = None
    ) -> Said:
        return self._tandem("programme", *command.split(), *arguments, "--as", by, stdin=stdin)

    def done(self, command: str, *arguments: str | Path, by: str = "operator.one") -> str:
        told = self(command, *arguments, by=by)
        assert (told.status, told.err) == (0, ""), told.err + told.out
        return " ".join(told.out.split())

    def refused(self, command: str, *arguments: str | Path, by: str = "operator.one") -> str:
        return self(command, *arguments, by=by).sentence

    def misused(self, command: str, *arguments: str | Path, by: str = "operator.one") -> str:
        told = self(command, *arguments, by=by)
        assert told.status == 2
        return " ".join(told.err.split())


@pytest.fixture
def ask(tandem: Tandem, ledger: SqlLedger) -> Asking:
    return Asking(tandem)


def programme(ledger: SqlLedger) -> Programme:
    state = ledger.state("programme/11438")
    assert isinstance(state, Programme)
    return state


# Broadcasts


def test_a_suspension_of_everything_is_tried_proposed_and_confirmed_by_another(
    ask: Asking, ledger: SqlLedger, tandem: Tandem
) -> None:
    before = tandem("ledger", "checkpoint").out
    tried = ask.done("broadcast suspend 11438 --yes", *ORDER, "--dry-run")
    assert "Nothing was sent. This would happen:" in tried
    assert "Once a second person confirms it:" in tried
    assert f"broadcast 1: suspend {listed([f'every {kind}' for kind in KINDS])}" in tried
    assert "Once it has reached everybody it is meant for:" in tried
    assert "stands still" in tried and "3 entities:" in tried and "paused" in tried
    assert tandem("ledger", "checkpoint").out == before, "a dry run changes nothing"

    unseen = "look at them with --dry-run, then ask with --yes"
    assert unseen in ask.refused("broadcast suspend 11438", *ORDER)
    proposed = ask.done("broadcast suspend 11438 --yes", *ORDER)
    assert "as of now, 3 entities:" in proposed and "would move" in proposed
    assert not programme(ledger).broadcasts
    alone = ask.refused("confirm 11438 --yes")
    assert "a second person confirms it" in alone
    again = ask.done("confirm 11438 --yes", "--dry-run", by="operator.two")
    assert "Once it has reached everybody it is meant for:" in again and "3 entities:" in again
    assert not programme(ledger).broadcasts
    assert unseen in ask.refused("confirm 11438", by="operator.two")
    assert not programme(ledger).broadcasts
    confirmed = ask.done("confirm 11438 --yes", by="operator.two")
    assert "proposed by Olga Sekretar, confirmed by Otto Zweiter (operator)" in confirmed
    (errand,) = programme(ledger).errands
    assert errand.scope is not None and set(errand.scope.kinds) == set(KINDS)


def test_whoever_is_there_sees_every_date_and_letter_before_it_is_confirmed(
    ask: Asking, ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask.done("broadcast suspend 11438 --yes", *ORDER, "--kind", "partnership")
    monkeypatch.setattr(asking, "attended", lambda: True)
    left = ask("confirm 11438", by="operator.two", stdin="n\n")
    assert left.status == 1 and "nothing was sent" in left.err
    assert "stands still" in left.out and "paused" in left.out and "2 entities:" in left.out
    assert not programme(ledger).broadcasts
    taken = ask("confirm 11438", by="operator.two", stdin="y\n")
    assert taken.status == 0 and "confirmed by Otto Zweiter" in " ".join(taken.out.split())
    assert "as of now" not in taken.out, "it was shown in full already"
    assert len(programme(ledger).broadcasts) == 1


def test_of_thousands_of_dates_only_the_sum_is_shown_before_it_is_asked_for(
    ask: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "attended", lambda: True)
    monkeypatch.setattr(asking, "_MOST_ROWS", 3)
    left = ask("broadcast suspend 11438", *ORDER, "--kind", "partnership", stdin="n\n")
    assert "More dates and letters than can be read here; --dry-run lists each of them." in left.out
    assert "2 entities:" in left.out and "C1-01 " not in left.out


def test_what_a_dry_run_counts_is_what_each_entity_would_see(ask: Asking, tandem: Tandem) -> None:
    told = ask("broadcast suspend 11438", *ORDER, "--kind", "partnership", "--dry-run", "--json").json
    seen = tandem("preview", "suspend", "--kind", "partnership", "--json").json
    assert (told["reaches"]["dates"], told["reaches"]["letters"]) == (seen["dates"], seen["letters"])
    assert told["reaches"] == {name: value for name, value in seen.items() if name != "step"}
    assert [one["entity"] for one in told["reaches"]["each"]] == ["C1-01", "C1-02"]
    assert "once_confirmed" in told and told["dry_run"] is True


def test_a_scope_is_as_narrow_as_it_is_wanted(ask: Asking, ledger: SqlLedger) -> None:
    ask.done("broadcast hold 11438 --yes", "--reason", "travel", "--only", "C1-02")
    ask.done(
        "broadcast hold 11438 --yes",
        "--reason",
        "travel",
        "--country",
        "es",
        "--side",
        "eu",
        "--stage",
        "action_plan",
    )
    first, second = (one.matter.scope for one in programme(ledger).proposals)  # type: ignore[union-attr]  # both are broadcasts
    assert (first.kinds, first.codes) == (("partnership",), ("C1-02",))
    assert (second.kinds, second.country, second.stage) == (
        tuple(kind for kind in KINDS if kind != "programme"),
        "ES",
        "action_plan",
    )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--only", "C9-99"), "there is no partnership or other entity C9-99"),
        (("--country", "FR"), "no entity that is under way fits"),
        (("--country", "ES", "--side", "cn"), "no entity that is under way fits"),
        (("--cluster", "NONE"), "no entity of programme 11438 is in cluster 'NONE'; there are INN"),
        (("--component", "C2"), "no entity that is under way fits"),
    ],
)
def test_a_scope_with_nobody_in_it_is_refused(ask: Asking, arguments: tuple[str, ...], sentence: str) -> None:
    assert sentence in ask.refused("broadcast hold 11438 --yes", "--reason", "travel", *arguments)


@pytest.mark.parametrize(
    ("command", "arguments", "said"),
    [
        ("suspend", ("--reason", "flood"), "missing option --order (or --order-file)"),
        ("suspend", ("--order", "x"), "--reason"),
        ("hold", ("--reason", "two words"), "is no code"),
        (
            "hold",
            ("--reason", "travel", "--side", "eu"),
            "name the country that member is in as well (--country CODE)",
        ),
        ("suspend", (*ORDER, "--side", "cn", "--stage", "scoping"), "a side alone means nearly everybody"),
        ("hold", ("--reason", "travel", "--kind", "moon"), "'moon' is no kind; there are partnership"),
        ("restrict-travel", (*ORDER, "--since", "2022-01-01"), "--country"),
        ("restrict-travel", (*ORDER, "--country", "China", "--since", "2022-01-01"), "is no country"),
        ("resume-travel", (*ORDER, "--country", "CN", "--since", "soon"), "is no day or time"),
        ("adopt-calendar", ("--reason", "notice", "--name", "2022"), "--through"),
        ("adopt-terms", ("--reason", "notice", "--decision", "x"), "--terms"),
    ],
)
def test_wrong_usage_is_told(ask: Asking, command: str, arguments: tuple[str, ...], said: str) -> None:
    assert said in ask.misused(f"broadcast {command} 11438", *arguments)


def test_travel_restrictions_go_to_those_with_a_member_there(ask: Asking, ledger: SqlLedger) -> None:
    told = ask.done(
        "broadcast restrict-travel 11438 --yes", *ORDER, "--country", "CN", "--since", "2022-01-01"
    )
    assert "as of now, 2 entities: 0 dates would move" in told
    done = ask.done("confirm 11438 --yes", by="team.leader")
    assert "record no travel to CN from 2022-01-01 until further notice in every partnership" in done
    (errand,) = programme(ledger).errands
    assert errand.scope is not None and (errand.scope.kinds, errand.scope.country) == (
        ("partnership", "visit", "cluster"),
        "CN",
    )
    nobody = ask.refused(
        "broadcast resume-travel 11438 --yes", *ORDER, "--country", "FR", "--since", "2022-01-01"
    )
    assert "no entity that is under way fits" in nobody


def test_a_calendar_is_adopted_by_all_with_the_dates_that_move(ask: Asking, ledger: SqlLedger) -> None:
    told = ask.done(
        "broadcast adopt-calendar 11438 --yes", "--name", "to 2024", "--through", "2024", "--reason", "notice"
    )
    assert "3 entities" in told
    ask.done("confirm 11438 --yes", by="operator.two")
    (errand,) = programme(ledger).errands
    for entity in ("partnership/C1-01", "programme/11438"):
        state = ledger.state(entity)
        assert state is not None
        after = state.after(state.ask(errand.request, errand.by, on(2021, 10, 13)))
        assert after.edition.name == "to 2024"
        assert [one.country for one in after.edition.countries] == [
            one.country for one in state.edition.countries
        ]


def test_terms_go_out_as_they_are_printed(
    ask: Asking, tandem: Tandem, tmp_path: Path, ledger: SqlLedger
) -> None:
    printed = tmp_path / "terms.yaml"
    printed.write_text(
        tandem("partnership", "terms", "C1-01").out.replace("hold_review: 90", "hold_review: 60")
    )
    ask.done(
        "broadcast adopt-terms 11438 --yes",
        "--terms",
        printed,
        "--decision",
        "minutes 4",
        "--reason",
        "review",
    )
    ask.done("confirm 11438 --yes", by="operator.two")
    (errand,) = programme(ledger).errands
    state = ledger.state("partnership/C1-02")
    assert state is not None
    assert state.after(state.ask(errand.request, errand.by, on(2021, 10, 13))).terms.hold_review == 60


def test_the_report_of_a_broadcast_says_what_each_entity_answered(
    ask: Asking, ledger: SqlLedger, tandem: Tandem
) -> None:
    ask.done("broadcast hold 11438 --yes", "--reason", "travel", "--kind", "partnership")
    ask.done("confirm 11438 --yes", by="operator.two")
    state = programme(ledger)
    came = Carried(
        done=("partnership/C1-01",),
        refused=(
            TurnedDown(entity="partnership/C1-02", sentence="C1-02 is on hold since 2021-10-01 already"),
        ),
        after="partnership/C1-02",
        over=True,
    )
    told = state.carried("broadcast-1", came, QuickDoor.at)
    ledger.record(numbered(state.entity, ledger.last_number(state.entity), told, QuickDoor.at, None))
    report = " ".join(tandem("programme", "broadcast-report", "11438", "1").out.split())
    assert "broadcast 1: put on hold (travel) every partnership" in report
    assert "partnership/C1-01 took it" in report
    assert "partnership/C1-02 refused C1-02 is on hold since 2021-10-01 already" in report
    assert "1 took it, 1 refused; all have been asked" in report
    items = tandem("programme", "broadcast-report", "11438", "1", "--json").json["items"]
    assert [one["entity"] for one in items] == ["partnership/C1-01", "partnership/C1-02"]
    missing = tandem("programme", "broadcast-report", "11438", "2").sentence
    assert missing == "11438 has no broadcast 2; on record are 1"
    shown = " ".join(tandem("programme", "show", "11438").out.split())
    assert "Broadcasts" in shown and "look after those that refused broadcast-1" in shown


# The extension


def test_an_extension_shows_every_date_of_the_programme_and_of_each_partnership(
    ask: Asking, ledger: SqlLedger
) -> None:
    extend = ("--ends", "2024-03-31", "--reason", "addendum", "--addendum", "addendum 2")
    tried = ask("propose extend 11438", *extend, "--dry-run", "--json").json
    own = {one["clock"]: one["now"] for one in tried["once_confirmed"]["moved"]}
    assert own["last kick-off"].startswith("2023-07-")
    each = {one["entity"]: {date["clock"] for date in one["moved"]} for one in tried["reaches"]["each"]}
    assert each.keys() == {"C1-01", "C1-02"} and "last kick-off" in each["C1-01"]
    ask.done("propose extend 11438 --yes", *extend)
    told = ask.done("confirm 11438 --yes", by="team.leader")
    assert "2024-03-31" in told
    assert programme(ledger).ends > on(2024, 3, 30)
    assert "an extension ends later" in ask.refused(
        "propose extend 11438", "--ends", "2023-12-31", "--reason", "addendum", "--addendum", "a"
    )
    assert "is no day or time" in ask.misused(
        "propose extend 11438", "--ends", "spring", "--reason", "addendum", "--addendum", "a"
    )


# Reports and cut-offs


def test_a_report_goes_from_its_form_to_its_acceptance(
    ask: Asking, ledger: SqlLedger, tmp_path: Path
) -> None:
    form = tmp_path / "inception.yaml"
    form.write_text(yaml.safe_dump(COMPLETE["inception_report"]), encoding="utf-8")
    ask.done("submit 11438 inception_report", "--file", form, by="team.leader")
    early = ask.refused("ask-acceptance 11438 r1", "--letter", "please accept", by="team.leader")
    assert "the EU Delegation has until 2021-11-26 to approve at gate R1" in early
    QuickDoor.at = on(2021, 12, 1)
    told = ask.done("ask-acceptance 11438 R1", "--letter", "please accept", by="team.leader")
    assert "asked in writing that the report at R1 (version 1) be accepted" in told
    assert "a second silence approves it by 2022-01-15" in told
    ask.done("decide 11438 R1 approve", by="delegation")
    assert "missing option --letter" in ask.misused("ask-acceptance 11438 R1", by="team.leader")
    assert "is no code" in ask.misused("ask-acceptance", "11438", "R 1", "--letter", "x", by="team.leader")


def test_a_cut_off_is_objected_to_and_answered(ask: Asking, ledger: SqlLedger, tandem: Tandem) -> None:
    QuickDoor.at = on(2023, 3, 8)
    told = ask.done("object-cut-off 11438 e-300", "--reason", "visa", "--text", "two wait for a visa")
    assert "objected to the cut-off E-300 (last new match)" in told
    assert "Tina Leader (team leader) is to answer objection 1" in told
    answered = ask.done("answer-objection 11438 1 --uphold", "--answer", "they may", by="team.leader")
    assert "upheld objection 1" in answered
    unknown = ask.refused("object-cut-off 11438 E-7", "--reason", "visa", "--text", "x")
    assert "there is no cut-off 'E-7'; there are E-300, E-270" in unknown
    assert "missing option --answer" in ask.misused("answer-objection 11438 1 --dismiss", by="team.leader")
    assert "NUMBER" in ask.misused("answer-objection 11438 0 --dismiss", "--answer", "x", by="team.leader")
    assert "--uphold" in ask.misused("answer-objection 11438 1", "--answer", "x", by="team.leader")


def test_the_cascade_is_listed_and_whom_each_cut_off_affects(ask: Asking, tandem: Tandem) -> None:
    listed = tandem("programme", "cut-offs", "11438", "--json").json
    assert [one["code"] for one in listed][-3:] == ["E-30", "E", "E+60"]
    assert len(listed) == 13
    plain = " ".join(tandem("programme", "cut-offs", "11438").out.split())
    assert "E-270 2023-04-05 last kick-off" in plain
    affected = tandem("programme", "cut-offs", "11438", "--affected", "E-270", "--json").json
    assert [one["code"] for one in affected] == ["C1-02"], "C1-01 has passed scoping"
    every = tandem("programme", "cut-offs", "11438", "--affected", "e").out
    assert "C1-01" in every and "C1-02" in every
    wrong = tandem("programme", "cut-offs", "11438", "--affected", "E-1").sentence
    assert "there is no cut-off 'E-1'" in wrong
    assert "Nothing under way" in tandem("programme", "cut-offs", "11438", "--affected", "E-90").out


def test_show_tells_where_the_programme_stands(ask: Asking, tandem: Tandem) -> None:
    told = " ".join(tandem("programme", "show", "11438").out.split())
    for words in (
        "stands inception report, interim report",
        "Cut-offs",
        "Owed now",
        "hand in the inception report",
    ):
        assert words in told
    assert tandem("programme", "show", "11438", "--json").json["standing"]["kind"] == "programme"


def test_the_terms_of_a_programme_are_printed_and_adopted(
    ask: Asking, tandem: Tandem, tmp_path: Path
) -> None:
    printed = tmp_path / "terms.yaml"
    printed.write_text(tandem("programme", "terms", "11438").out.replace("interim: 6", "interim: 4"))
    ask.done("adopt-terms 11438", "--terms", printed, "--decision", "addendum 1", by="team.leader")
    printed.write_text(tandem("partnership", "terms", "C1-01").out)
    refused = ask.refused("adopt-terms 11438", "--terms", printed, "--decision", "x", by="team.leader")
    assert "lack the stage inception report" in refused


def test_a_partnership_s_requests_are_no_programme_s(ask: Asking) -> None:
    refused = ask.refused("open-stage 11438 scoping")
    assert "a programme has no stage scoping; its stages are inception report" in refused
    override = ask.refused("propose settle-gate 11438 R1 approve", "--reason", "late")
    assert "a report is approved by the EU Delegation" in override
    waived = ask.refused("propose waive 11438 scoping focal-points-named", "--reason", "late")
    assert "a programme has no stage scoping" in waived

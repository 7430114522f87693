"""A ledger to read in: people with names, and a short life of a partnership with a bit of everything in it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from domain import requests as rq
from domain.entries import numbered
from domain.events import AnyEvent
from domain.partnership import Partnership, founded
from domain.terms import Stage
from domain.values import Actor, Organisation, Role, Side, StakeholderGroup
from ledger import SqlLedger, migrate, open_ledger
from ledger.rows import Person, Programme
from tests.given import (
    CN_DEPUTY,
    CN_FOCAL,
    CN_MAYOR,
    COUNTERPART,
    DELEGATION,
    EU_DEPUTY,
    EU_FOCAL,
    EU_MAYOR,
    MANAGER,
    OPERATOR,
    OTHER_OPERATOR,
    START,
    TEAM_LEADER,
    deliverable,
    founding,
    on,
    text,
)

PEOPLE: tuple[tuple[Actor, str, str, str, str], ...] = (
    (OPERATOR, "operator.one", "Olga Sekretar", "en", "Europe/Brussels"),
    (OTHER_OPERATOR, "operator.two", "Otto Zweiter", "en", "Europe/Brussels"),
    (TEAM_LEADER, "team.leader", "Tina Leader", "en", "Europe/Brussels"),
    (DELEGATION, "delegation", "Dora Delegate", "en", "Asia/Shanghai"),
    (COUNTERPART, "counterpart", "Guo Wei", "zh", "Asia/Shanghai"),
    (MANAGER, "cluster.inn", "Mara Manager", "en", "Europe/Brussels"),
    (EU_FOCAL, "c1-01.eu.focal", "Elena García", "en", "Europe/Madrid"),
    (EU_DEPUTY, "c1-01.eu.deputy", "Diego Suplente", "en", "Europe/Madrid"),
    (EU_MAYOR, "c1-01.eu.mayor", "Alma Alcaldesa", "en", "Europe/Madrid"),
    (CN_FOCAL, "c1-01.cn.focal", "李 伟", "zh", "Asia/Shanghai"),
    (CN_DEPUTY, "c1-01.cn.deputy", "王 芳", "zh", "Asia/Shanghai"),
    (CN_MAYOR, "c1-01.cn.mayor", "陈 强", "zh", "Asia/Shanghai"),
)


class Life:
    """Plays one partnership into a ledger, as its workflow would."""

    def __init__(self, ledger: SqlLedger, code: str = "C1-01") -> None:
        self._ledger = ledger
        self._number = 0
        self._asked = 0
        first = founding(code)
        self.state: Partnership = founded(first)
        self._record((first,), START, None)

    def _record(self, events: Iterable[AnyEvent], at: datetime, request: str | None) -> None:
        batch = numbered(self.state.entity, self._number, events, at, request)
        self._number += len(batch)
        self._ledger.record(batch)

    def ask(self, request: rq.AnyRequest, by: Actor, at: datetime) -> None:
        self.day_by_day(at)
        events = self.state.ask(request, by, at)
        self.state = self.state.after(events)
        self._asked += 1
        self._record(events, at, f"cmd-{self._asked:04}")

    def day_by_day(self, at: datetime) -> None:
        """What the calendar says by itself, each thing when it is due."""
        while (due := self.state.next_due()) is not None and due <= at:
            events = self.state.lapse(due)
            self.state = self.state.after(events)
            self._record(events, due, None)

    def decide(self, gate: str, by: Actor, at: datetime, verdict: rq.Verdict = rq.Verdict.APPROVE) -> None:
        found = self.state.latest_gate(gate)
        assert found is not None
        self.ask(rq.Decide(gate=gate, version=found.version, verdict=verdict), by, at)


FACTS = {
    "programme": {
        "starts": "2021-01-01",
        "ends": "2023-12-31",
        "clusters": [
            {"code": "ECO", "title": "Ecological transition"},
            {"code": "URB", "title": "Urban renewal"},
            {"code": "INN", "title": "Innovation ecosystems"},
        ],
    }
}


def enter_people(ledger: SqlLedger) -> None:
    """Everybody of the life, with an address."""
    for actor, key, name, language, zone in PEOPLE:
        ledger.put_person(
            Person(
                id=actor.person,
                key=key,
                name=name,
                email=f"{key}@example.org",
                language=language,
                zone=zone,
                demo=True,
            )
        )


def home_with_a_life(home: Path) -> Path:
    """A home folder whose ledger holds people, a programme, C1-01 in its action plan and C1-02 just founded."""
    home.mkdir(parents=True, exist_ok=True)
    url = f"sqlite:///{home / 'ledger.sqlite'}"
    migrate(url)
    ledger = open_ledger(url)
    enter_people(ledger)
    # its clock stands where the last entry was recorded, so that nothing depends on the day of the test
    ledger.put_programme(
        Programme(code="11438", title="IURC China", facts=FACTS, origin=START, anchor=START, speed=1000.0)
    )
    _play(Life(ledger))
    Life(ledger, "C1-02")
    attempted = rq.OpenStage(stage=Stage.CLOSING).model_dump(mode="json")
    sentence = (
        f"only the operator or the team leader may open a stage; {EU_FOCAL.person} acts as EU focal point"
    )
    ledger.attempt("partnership/C1-01", EU_FOCAL, attempted, sentence, on(2021, 9, 1), "cmd-tried")
    ledger.close()
    return home


def _play(life: Life) -> None:
    life.ask(rq.OpenStage(stage=Stage.SCOPING), OPERATOR, on(2021, 3, 2))
    for place, group in enumerate(list(StakeholderGroup)[:3]):
        organisation = Organisation(code=f"es-body-{place}", side=Side.EU, group=group)
        life.ask(rq.Engage(organisation=organisation), OPERATOR, on(2021, 3, 3, 9 + place))
    life.ask(rq.LogContact(person=MANAGER.person, channel=rq.Channel.PHONE), OPERATOR, on(2021, 4, 20))
    report = deliverable("scoping_report")
    life.ask(rq.Submit(stage=Stage.SCOPING, deliverable=report), MANAGER, on(2021, 4, 22))
    life.ask(rq.Clarify(gate="G2", question=text("which districts?")), TEAM_LEADER, on(2021, 4, 26))
    life.ask(rq.Answer(gate="G2", answer=text("the two in the north")), MANAGER, on(2021, 5, 6))
    life.decide("G2", TEAM_LEADER, on(2021, 5, 7), rq.Verdict.RETURN)
    life.ask(rq.Hold(reason="elections"), OPERATOR, on(2021, 5, 12))
    life.ask(rq.Resume(), OPERATOR, on(2021, 6, 7))
    second = deliverable("scoping_report", "two")
    life.ask(rq.Submit(stage=Stage.SCOPING, deliverable=second), MANAGER, on(2021, 6, 16))
    life.decide("G2", TEAM_LEADER, on(2021, 6, 17))
    life.decide("G3", EU_FOCAL, on(2021, 6, 18))
    life.day_by_day(on(2021, 7, 10))
    life.ask(rq.StepAgreement(step=rq.AgreementStep.PROPOSED), EU_FOCAL, on(2021, 7, 12))
    life.ask(
        rq.RecordExchange(
            code="ws-1",
            mode=rq.ExchangeMode.VIRTUAL,
            held=on(2021, 7, 13),
            participants_eu=8,
            participants_cn=9,
            evidence=text("list"),
        ),
        OPERATOR,
        on(2021, 7, 14),
    )
    life.ask(rq.OpenStage(stage=Stage.ACTION_PLAN), OPERATOR, on(2021, 7, 15))
    absence = rq.Delegate(
        to=CN_DEPUTY.person, role=Role.FOCAL_POINT, side=Side.CN, since=on(2021, 7, 15), until=on(2021, 12, 1)
    )
    life.ask(absence, CN_FOCAL, on(2021, 7, 15, 11))
    life.ask(
        rq.Submit(stage=Stage.ACTION_PLAN, deliverable=deliverable("action_plan")), MANAGER, on(2021, 8, 20)
    )
    by_deputy = CN_FOCAL.model_copy(update={"person": CN_DEPUTY.person, "on_behalf_of": CN_FOCAL.person})
    life.decide("G5.review", by_deputy, on(2021, 8, 25))
    life.ask(
        rq.Propose(
            matter=rq.Waive(stage=Stage.PILOT_INVESTMENTS, condition="plan_adopted"), reason="urgency"
        ),
        OPERATOR,
        on(2021, 8, 26),
    )
    life.day_by_day(on(2021, 10, 12))

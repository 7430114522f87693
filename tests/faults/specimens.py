"""A good request of each kind that other entities than partnerships are asked."""

from __future__ import annotations

from datetime import date
from typing import Any

from domain import requests as rq
from domain.clusters.requests import Attended, Matter
from domain.pilots.facts import CheckItem, CheckResult, PilotStep, Scores, Source, SourceKind, SourceState
from domain.values import ExchangeMode
from domain.visits import requests as vr
from tests.clusters import candidate, cities, its_holders
from tests.given import on, person, text

_ALL: tuple[rq.AnyRequest, ...] = (
    vr.StepVisit(step="invitation", about="g1", text=text("invitation")),
    vr.FormGroup(
        group="g1",
        sender="Zhengzhou",
        host="Lazio",
        contact=person("contact"),
        host_contact=person("host"),
        serves=("C2-01",),
    ),
    vr.NameParticipants(
        group="g1", participants=(person("one"), person("two")), head=person("one"), reason="ill"
    ),
    vr.StepGroup(group="g1", step=vr.GroupStep.CLEARED, text=text("cleared")),
    vr.MoveVisit(first=date(2023, 3, 12), days=6, reason="host"),
    vr.ConvertVisit(mode=ExchangeMode.VIRTUAL, reason="travel_restriction"),
    vr.CancelVisit(reason="elections", text=text("why")),
    vr.ReportIncident(text=text("a strike"), over=False),
    vr.CompleteVisit(
        first=date(2023, 3, 12),
        last=date(2023, 3, 17),
        groups=("g1",),
        participants_eu=12,
        participants_cn=8,
        women=9,
        evidence=text("lists"),
    ),
    rq.ScorePilot(version=text("fiche"), scores=Scores.model_validate(dict.fromkeys(Scores.model_fields, 4))),
    rq.RecordCheck(
        item=next(iter(CheckItem)),
        result=next(iter(CheckResult)),
        listed_on=date(2022, 3, 1),
        evidence=text("check"),
    ),
    rq.RecordSource(
        source=Source.model_validate(
            {
                "code": "own-budget",
                "source": next(iter(SourceKind)),
                "amount": {"amount": "25000.50", "currency": "EUR"},
                "state": SourceState.SOUGHT,
            }
        )
    ),
    rq.StepPilot(step=next(iter(PilotStep)), text=text("step"), until=date(2023, 6, 1), where="es-getafe"),
    rq.NoteProgress(quarter=2, text=text("note")),
    rq.ParkPilot(reason="no_funding", review=on(2023, 1, 10), remark=text("why")),
    rq.UnparkPilot(remark=text("again")),
    rq.DropPilot(reason="no_owner", text=text("why")),
    rq.TransferPilot(to="cn-chamber", agreed=text("agreed"), now=True),
    rq.AskAcceptance(gate="R1", letter=text("please accept")),
    rq.ObjectCutOff(cut_off="E-270", reason="visa", text=text("two wait")),
    rq.AnswerObjection(objection=1, upheld=True, answer=text("they may")),
    rq.Join(
        member=candidate("C1-01"),
        members=cities("C1-01"),
        holders=its_holders("C1-01"),
        reason="common_theme",
    ),
    rq.Consent(member="C1-01", to=Matter.MEMBERSHIP, given=True, remark=text("gladly")),
    rq.NamePeople(member="C1-01", holders=its_holders("C1-01")),
    rq.Leave(member="C1-01", reason="bilateral", consent=text("both"), bilateral=True),
    rq.AskMerger(member="C1-01", reason="common_theme"),
    rq.TakeOver(of="partnership/C1-01", open=("submit/scoping/0",)),
    rq.AskSplit(member="C1-01", reason="bilateral"),
    rq.GiveBack(of="partnership/C1-01", to="partnership/C1-11"),
    rq.HoldJointSession(
        code="js-1",
        mode=ExchangeMode.VIRTUAL,
        held=on(2022, 3, 1),
        attended=(Attended(name="Getafe", number=3),),
        evidence=text("lists"),
    ),
    rq.ReviewCluster(finding=text("found")),
    rq.CloseCluster(reason="end_of_work", finding=text("found")),
    rq.RunAgain(errand="completed"),
    rq.LetBe(errand="completed", reason="ended", text=text("why")),
)


def of_other_kinds() -> dict[str, dict[str, Any]]:
    """Each as JSON values, by its kind."""
    return {one.kind: one.model_dump(mode="json") for one in _ALL}

"""Pilots in a rehearsal: who scores, checks, pays, carries out and reports when, and what befalls one on its way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from domain import requests as rq
from domain.deliverables import Period, deliverable_of
from domain.events import Outcome
from domain.partnership import Partnership
from domain.pilots.events import PilotFounded
from domain.pilots.facts import (
    LISTS,
    WEIGHTS,
    Amount,
    CheckItem,
    CheckResult,
    PilotKind,
    PilotStep,
    RiskClass,
    Scores,
    Source,
    SourceKind,
    SourceState,
)
from domain.pilots.founding import founding
from domain.pilots.pilot import Pilot
from domain.pilots.steps import CHECKED, SCREENING
from domain.rehearsal.chance import at_work, chance, noon
from domain.rehearsal.characters import Venture
from domain.rehearsal.doing import Doing, beginner
from domain.rehearsal.scene import Planned, Stagehands, in_order
from domain.tasks import Task, tasks_of
from domain.terms import Stage
from domain.values import SIDES, Holder, Role, Side

_BEFORE_THE_END = timedelta(days=50)
"""So long before the programme's end whatever is to be shown in it is over (domain.md 3.4: last evidence at E-45)."""
_DECIDING = {"P7.eud": (2, 12), "P7": (5, 30)}
"""Between how many days after it has come up somebody decides."""


def venture_begins(venture: Venture, partnership: Partnership, hands: Stagehands) -> datetime | None:
    """When the secretariat begins a pilot of a partnership; None before its plan is adopted, or once it has ended."""
    if partnership.plan_adopted is None or partnership.ended:
        return None
    draw = chance(hands.seed, venture.code, "begins")
    moment = partnership.plan_adopted + timedelta(days=draw.uniform(8, 30))
    operator = next(iter(partnership.holders_of(Role.OPERATOR, Side.PROGRAMME, moment)), None)
    return at_work(partnership, operator, moment, draw) if operator is not None else moment


def venture_founded(venture: Venture, partnership: Partnership, at: datetime) -> PilotFounded:
    """The pilot as the operator of its partnership begins it; Refusal where it cannot be begun any more."""
    return founding(
        venture.code,
        title=venture.title,
        title_zh=venture.title_zh,
        partnership=partnership,
        action=venture.action,
        kind=venture.kind,
        by=beginner(partnership, at),
        at=at,
    )


@dataclass(frozen=True)
class _Desk(Doing):
    """One pilot at one moment."""

    state: Pilot
    story: Venture

    def maker(self, *about: object) -> Holder | None:
        """The focal point of one of the two sides, by chance."""
        side = SIDES[chance(self.hands.seed, self.state.code, "maker", *about).randrange(len(SIDES))]
        return self.holder(Role.FOCAL_POINT, side)


def plan_pilot(
    state: Pilot, at: datetime, hands: Stagehands, done: frozenset[str] = frozenset()
) -> tuple[Planned, ...]:
    """What everybody would do next for a pilot and when, soonest first, none of it before `at`."""
    if state.ended or state.suspended or state.held:
        return ()
    story = next(one for one in hands.script.pilots if one.code == state.code)
    desk = _Desk(hands, at, done, state, story)
    found: list[Planned] = [*_befalls(desk)]
    if state.parked is None:
        found += _afterwards(desk)
        for task in tasks_of(state):
            found += _reply(desk, task)
    return in_order(found)


def _befalls(desk: _Desk) -> Iterator[Planned]:
    """It is parked and taken up again, or given up."""
    story, state, operator = desk.story, desk.state, desk.holder(Role.OPERATOR)
    if operator is None or state.completed is not None:
        return
    if story.dropped is not None:
        why = desk.text("evidence", operator, "drop", "No source of finance was found in time.")
        when = desk.after(operator, noon(story.dropped), 0, 4, "drop")
        request = rq.DropPilot(reason="no_finance", text=why.hash)
        yield from desk.planned("drop", when, operator, request, why)
    pause = story.parked
    if state.parked is not None:
        when = desk.after(operator, state.parked.review, -6, 0, "unpark")
        yield from desk.planned(f"unpark/{state.parkings}", when, operator, rq.UnparkPilot())
    elif pause is not None and pause.until is not None and state.parkings == 0:
        review = noon(pause.until)
        when = desk.after(operator, noon(pause.since), 0, 4, "park")
        if max(when, desk.at) < review < state.ends:
            park = rq.ParkPilot(reason=pause.reason, review=review)
            yield from desk.planned("park", when, operator, park)


def _afterwards(desk: _Desk) -> Iterator[Planned]:
    """An owner is named once both sides have endorsed it; what was completed is repeated elsewhere."""
    story, state, operator = desk.story, desk.state, desk.holder(Role.OPERATOR)
    if operator is None or state.began is None:
        return
    if story.owner is not None and state.owner is None:
        agreed = desk.text("evidence", operator, "owner", "The board agreed to own it after the programme.")
        when = desk.after(operator, state.began, 60, 150, "owner")
        request = rq.TransferPilot(to=story.owner, agreed=agreed.hash)
        yield from desk.planned("owner", when, operator, request, agreed)
    if story.repeated_at is not None and state.completed is not None and not state.replications:
        seen = desk.text("evidence", operator, "repeated")
        when = desk.after(operator, state.completed, 30, 90, "repeated")
        step = rq.StepPilot(step=PilotStep.REPLICATED, where=story.repeated_at, text=seen.hash)
        yield from desk.planned("repeated", when, operator, step, seen)


def _reply(desk: _Desk, task: Task) -> Iterator[Planned]:
    what, _, about = task.id.partition("/")
    if what == "open":
        yield from _opening(desk, task)
    elif what == "submit":
        yield from _paper(desk, task, Stage(about.partition("/")[0]))
    elif what == "decide":
        yield from _decision(desk, task)
    elif what == "check":
        yield from _check(desk, task, CheckItem(about))
    elif what == "note":
        yield from _note(desk, task, int(about.partition("/")[0]))
    elif what == "pilot_step":
        yield from _step(desk, task, PilotStep(about))
    elif what == "errand":
        yield from desk.let_be(task, about)


def _opening(desk: _Desk, task: Task) -> Iterator[Planned]:
    operator = desk.holder(Role.OPERATOR)
    stage = next(one for one in (Stage.PILOT_FICHE, Stage.PILOT_CONCEPT) if desk.state.stage(one) is None)
    last = desk.state.ends - timedelta(days=desk.state.terms.stage(stage).last_opening)
    if operator is None:
        return
    when = desk.after(operator, task.since, 1, 8, task.id)
    if max(when, desk.at) < last:
        yield from desk.planned(task.id, when, operator, rq.OpenStage(stage=stage))


# documents


def _paper(desk: _Desk, task: Task, stage: Stage) -> Iterator[Planned]:
    held = desk.state.stage(stage)
    assert held is not None
    number = len(held.versions) + 1
    maker, id = desk.maker(stage.value, number), f"submit/{stage.value}/{number}"
    if maker is None or task.seat.side is not maker.side:
        return
    form = desk.text("document", maker, id, f"{stage.words} of {desk.state.title}, version {number}")
    when = desk.after(maker, task.since, 5, 18, id)
    if stage is Stage.PILOT_COMPLETION and number == 1:
        if task.deadline is None:
            return
        when = desk.after(maker, task.deadline.at, -8, 12, id)
    facts = _facts_of(desk, stage, form.hash, max(when, desk.at))
    if (
        stage is Stage.PILOT_FICHE
        and number == 1
        and chance(desk.hands.seed, desk.state.code, "hasty").random() < 0.5
    ):
        hasty = deliverable_of(stage).model_validate(facts | {"local_support_letter": False})
        early = when - timedelta(days=1)
        request = rq.Submit(stage=stage, deliverable=hasty, text=form.hash)
        yield from desk.planned(f"{id}/hasty", early, maker, request, form, refused=True)
    request = rq.Submit(stage=stage, deliverable=deliverable_of(stage).model_validate(facts), text=form.hash)
    yield from desk.planned(id, when, maker, request, form)


def _money(desk: _Desk, share: str = "1") -> Amount:
    """What a pilot costs, or a share of it."""
    least, most = (80, 400) if desk.story.kind is PilotKind.INVESTMENT else (8, 60)
    thousands = chance(desk.hands.seed, desk.state.code, "costs").randint(least, most)
    return Amount(amount=thousands * 1000 * Decimal(share), currency="EUR")


def _facts_of(desk: _Desk, stage: Stage, version: str, on: datetime) -> dict[str, Any]:
    state, draw = desk.state, chance(desk.hands.seed, desk.state.code, "paper", stage.value)
    name = state.partnership.lower()
    if stage is Stage.PILOT_FICHE:
        return {
            "version": version,
            "pilot": state.pilot,
            "action": state.action,
            "owner_eu": f"{name}-eu-government",
            "owner_cn": f"{name}-cn-government",
            "local_support_letter": True,
            "amount": _money(desk),
            "sources": ("city",),
            "location": f"{name}-district",
            "beneficiaries": draw.randint(200, 40_000),
            "risk_class": draw.choice((RiskClass.LOW, RiskClass.LOW, RiskClass.MEDIUM)),
        }
    if stage is Stage.PILOT_CONCEPT:
        until = on.date() + timedelta(days=30 * desk.story.months)
        return {
            "version": version,
            "period": Period(since=on.date(), until=until),
            "indicators": draw.randint(2, 5),
            "partners": draw.randint(2, 6),
            "permits_known": True,
            "intellectual_property": True,
            "summary_zh": True,
        }
    results = draw.randint(2, 7)
    return {
        "version": version,
        "results": results,
        "results_with_evidence": results,
        "spent": _money(desk, draw.choice(("0.84", "0.93", "0.98", "1.05"))),
        "lessons": draw.randint(2, 5),
        "maintained_by": desk.story.owner or f"{name}-cn-government",
    }


# gates


def _decision(desk: _Desk, task: Task) -> Iterator[Planned]:
    gate, holder = task.gate, desk.owing(task)
    assert gate is not None
    if holder is None:
        return
    place = int(task.id.rsplit("/", 1)[1])
    since = task.since
    if gate.code == SCREENING:
        sheets = desk.state.sheets_at(gate)
        if place not in [sheet.seat for sheet in sheets]:
            yield from _scoring(desk, task, holder, place)
        if len(sheets) < len(gate.seats):
            return
        since = max(sheet.at for sheet in sheets)
    if gate.code in CHECKED and desk.state.checks:
        since = max(since, max(check.at for check in desk.state.checks))
    when = desk.after(holder, since, *_DECIDING.get(gate.code, (1, 6)), task.id)
    verdict = _verdict(desk, gate.code, place)
    lacking = gate.code in CHECKED and desk.state.lacking(max(when, desk.at))
    if verdict.approves and lacking:
        return  # whoever checks has a task for it, and decides things first
    remark = None if verdict.approves else desk.text(verdict.value, holder, task.id)
    request = rq.Decide(
        gate=gate.code, version=gate.version, verdict=verdict, remark=remark.hash if remark else None
    )
    yield from desk.planned(task.id, when, holder, request, *([remark] if remark else []))


def _verdict(desk: _Desk, code: str, place: int) -> rq.Verdict:
    outcomes = [gate.outcome for gate in desk.state.gates if gate.code == code]
    if place == 0 and outcomes.count(Outcome.RETURNED) < desk.story.returned.get(code, 0):
        return rq.Verdict.RETURN
    return rq.Verdict.REJECT if desk.story.rejected == code else rq.Verdict.APPROVE


def _scoring(desk: _Desk, task: Task, holder: Holder, place: int) -> Iterator[Planned]:
    gate = task.gate
    assert gate is not None
    points = (0, 1, 2) if desk.story.rejected == SCREENING else (3, 4, 4, 5)
    draw = chance(desk.hands.seed, desk.state.code, "scores", gate.id, place)
    scores = Scores.model_validate({name: draw.choice(points) for name in WEIGHTS})
    id = f"score/{gate.id}/{place}"
    request = rq.ScorePilot(version=gate.version, scores=scores)
    yield from desk.planned(id, desk.after(holder, task.since, 2, 11, id), holder, request)


def _check(desk: _Desk, task: Task, item: CheckItem) -> Iterator[Planned]:
    """Each item by itself, some of which take two weeks; what is found is answered at once."""
    checker = desk.owing(task)
    if checker is None:
        return
    id = f"{task.id}/{task.since:%Y%m%d}"
    when = desk.after(checker, task.since, 1, 15, id)
    draw = chance(desk.hands.seed, desk.state.code, "check", id)
    seen = desk.text("evidence", checker, id, f"{item.words}: checked for {desk.state.title}")
    listed_on = max(when, desk.at).date() - timedelta(days=draw.randint(0, 6)) if item in LISTS else None
    request = rq.RecordCheck(
        item=item,
        result=CheckResult.ANSWERED if draw.random() < 0.1 else CheckResult.CLEAR,
        listed_on=listed_on,
        evidence=seen.hash,
    )
    # a list is looked up on the day it is of, or soon after
    yield from desk.planned(id, when, checker, request, seen, earliest=when)


# carrying it out


def _step(desk: _Desk, task: Task, step: PilotStep) -> Iterator[Planned]:
    state, operator = desk.state, desk.holder(Role.OPERATOR)
    if operator is None:
        return
    if step is PilotStep.AGREED:
        source = state.source("city")
        if source is None or source.state is not SourceState.COMMITTED:
            yield from _financing(desk, task.since, source)
            return
        told = max((check.at for check in state.checks), default=task.since)
        text = desk.text("agreement", operator, "agreed", f"Agreement on {state.title}")
        when = desk.after(operator, max(task.since, told), 12, 40, "agreed")
        request = rq.StepPilot(step=step, text=text.hash)
        yield from desk.planned("agreed", when, operator, request, text)
        return
    when = desk.after(operator, task.since, 5, 20, "implementing")
    last = min(max(when, desk.at) + timedelta(days=30 * desk.story.months), state.ends - _BEFORE_THE_END)
    if last - max(when, desk.at) > timedelta(days=30) and not state.lacking(max(when, desk.at)):
        begin = rq.StepPilot(step=step, until=last.date())
        yield from desk.planned("implementing", when, operator, begin)


def _financing(desk: _Desk, since: datetime, source: Source | None) -> Iterator[Planned]:
    """The owner looks for money; for one that is given up in the end none is found."""
    owner = desk.maker("financing")
    if owner is None or (source is not None and desk.story.dropped is not None):
        return
    came = SourceState.APPLIED if source is None else SourceState.COMMITTED
    id = f"source/{came.value}"
    letter = desk.text("evidence", owner, id)
    request = rq.RecordSource(
        source=Source(
            code="city",
            source=SourceKind.OWN if desk.story.kind is not PilotKind.INVESTMENT else SourceKind.BANK,
            amount=_money(desk),
            state=came,
            evidence=letter.hash if came is SourceState.COMMITTED else None,
        )
    )
    days = (4, 20) if source is None else (20, 60)
    texts = (letter,) if came is SourceState.COMMITTED else ()
    yield from desk.planned(id, desk.after(owner, since, *days, id), owner, request, *texts)


def _note(desk: _Desk, task: Task, quarter: int) -> Iterator[Planned]:
    owner = desk.maker("note", quarter)
    if owner is None or owner.side is not task.seat.side:
        return
    id = f"note/{quarter}"
    text = desk.text("evidence", owner, id, f"Quarter {quarter} of {desk.state.title}: as planned.")
    request = rq.NoteProgress(quarter=quarter, text=text.hash)
    yield from desk.planned(id, desk.after(owner, task.since, 3, 20, id), owner, request, text)

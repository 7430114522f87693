"""The partnership of a European and a Chinese city or region: its own rules, tasks, calendar and letters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar

from domain import exchanging, heartbeat, membership, owing, partnership_folds, partnership_letters, sessions
from domain import requests as rq
from domain.clocks import Clock
from domain.entity import Fold, StageStatus
from domain.errands import Errand
from domain.events import AnyEvent, End, PartnershipClosed, PartnershipFounded, StageOpened, StagePassed
from domain.letters import Draft
from domain.life import SECRETARIAT
from domain.living import Rule, Tags
from domain.partnership_events import Continued
from domain.pilots import known
from domain.stages import step_of
from domain.state import PartnershipState
from domain.tasks import Task, tasks_of
from domain.terms import Stage
from domain.values import SIDES, Actor, Side, listed

__all__ = ["Partnership", "Tags", "founded"]

_ENDS_WITH_IT = ("confirm", "open", "hold_review", "at_risk", "dormant", "dormant_review")
"""Tasks about the partnership itself, which nobody goes on with once it has ended."""


class Partnership(PartnershipState):
    """One partnership of a European and a Chinese city or region, over its whole life."""

    noun: ClassVar[str] = "partnership"
    own_folds: ClassVar[Mapping[type[Any], Fold]] = partnership_folds.FOLDS
    own_rules: ClassVar[Mapping[type[Any], Rule]] = {
        rq.StepAgreement: exchanging.agreement_step,
        rq.PlanSession: sessions.plan_session,
        rq.StepSession: sessions.session_step,
        rq.RecordExchange: exchanging.record_exchange,
        rq.AdoptJointPlan: exchanging.adopt_joint_plan,
        rq.Engage: exchanging.engage,
        rq.Withdraw: membership.withdraw,
        rq.ReplaceMember: membership.replace_member,
        rq.RecordPilot: known.record,
    }
    own_on_hold: ClassVar[tuple[type[Any], ...]] = (
        rq.Withdraw,
        rq.ReplaceMember,
        rq.PlanSession,
        rq.StepSession,
        rq.RecordExchange,
        rq.AdoptJointPlan,
        rq.Engage,
        rq.RecordPilot,
    )

    def own_tasks(self) -> Iterator[Task]:
        return owing.tasks(self)

    def own_dues(self) -> Iterator[tuple[datetime, str]]:
        return heartbeat.dues(self)

    def own_words(self, name: str, when: datetime) -> tuple[AnyEvent, ...]:
        return heartbeat.words(self, name, when)

    def own_news(self, before: Any, event: AnyEvent) -> Iterator[Draft]:
        return partnership_letters.news(before, self, event)

    def own_facts(self) -> dict[str, str]:
        eu, cn = self.member(Side.EU), self.member(Side.CN)
        return {"eu_member": eu.name, "cn_member": cn.name, "cn_member_zh": cn.name_zh or cn.name}

    def own_clocks(self) -> Iterator[Clock]:
        for held in self.sessions:
            yield from (held.report, held.clock)
        if self.agreement.clock is not None:
            yield self.agreement.clock

    def own_component(self) -> str:
        return self.component.value

    def own_cluster(self) -> str:
        return self.cluster

    def own_effects(self, matter: rq.Matter, by: Actor, at: datetime) -> tuple[AnyEvent, ...] | None:
        if isinstance(matter, rq.Merge):
            closed = PartnershipClosed(at=at, by=by, end=End.MERGED, into=matter.into)
            if (
                matter.of is not None
            ):  # asked before clusters lived on the engine, nobody takes over what is open
                open_now = tuple(task.id for task in tasks_of(self) if task.what not in _ENDS_WITH_IT)
                closed = closed.model_copy(update={"of": matter.of, "open": open_now})
            return (closed,)
        return None

    def closing(self, at: datetime) -> tuple[AnyEvent, ...]:
        return (PartnershipClosed(at=at, end=End.CUT_OFF),)

    def when_passed(self, stage: Stage, at: datetime, by: Actor | None) -> tuple[AnyEvent, ...]:
        if not step_of(stage).ends:
            return ()
        complete = self.has_a_plan and self.endorsed() > 0
        return (PartnershipClosed(at=at, by=by, end=End.COMPLETED if complete else End.PARTIAL),)

    def when_rejected(self, stage: Stage, at: datetime, by: Actor | None) -> tuple[AnyEvent, ...]:
        held = self.stage(stage)
        if stage is Stage.SCOPING and held is not None and held.because != "member_replaced":
            return (PartnershipClosed(at=at, by=by, end=End.REJECTED),)
        return ()

    def standing(self) -> str:
        """Where it stands in one word or two: the stages under way, how it ended, or what it waits for."""
        if self.end is not None:
            return self.end.value
        running = [held.stage.value for held in self.stages if held.status is not StageStatus.PASSED]
        if running:
            return "+".join(running)
        passed = [held for held in self.stages if held.passed]
        return f"after {passed[-1].stage.value}" if passed else "founded"


def founded(event: PartnershipFounded) -> Partnership:
    """The partnership as its first event makes it."""
    for side in SIDES:
        if not any(member.side is side for member in event.members):
            raise ValueError(f"partnership {event.code} has no {side.value.upper()} member")
    countries = tuple(dict.fromkeys(held.country for held in event.holders))
    known = [calendar.country for calendar in event.edition.countries]
    lacking = [country for country in countries if country not in known]
    lacking += [member.country for member in event.members if member.country not in known]
    if lacking:
        raise ValueError(f"partnership {event.code}: its calendar edition lacks {listed(lacking)}")
    state = Partnership(
        entity=f"partnership/{event.code}",
        programme=event.programme,
        code=event.code,
        component=event.component,
        mode=event.mode,
        cluster=event.cluster,
        themes=event.themes,
        members=event.members,
        holders=event.holders,
        terms=event.terms,
        edition=event.edition,
        founded=event.at,
        now=event.at,
        ends=event.ends,
    )
    return state if event.continues is None else _carried_on(state, event, event.continues)


def _carried_on(state: Partnership, event: PartnershipFounded, before: Continued) -> Partnership:
    """Kicked off at once where the one before it was (domain.md 2.7), and the cluster is told that it goes on here."""
    by = event.by
    if by is None or by.role not in SECRETARIAT:
        raise ValueError(
            f"partnership {event.code} continues {before.of}: it is founded by an operator or a team leader"
        )
    back = Errand(
        id="give_back",
        request=rq.GiveBack(of=before.of, to=state.entity),
        by=by,
        since=event.at,
        to=(before.cluster,),
    )
    state = state.model_copy(update={"continues": before, "errands": (back,)})
    if before.clocks is None:
        return state
    at, (scoping, visits) = event.at, before.clocks
    return state.after(
        (
            StageOpened(at=at, by=by, stage=Stage.SCOPING, clock=scoping, because="continued"),
            StagePassed(at=at, by=by, stage=Stage.SCOPING, with_conditions=False),
            StageOpened(at=at, by=by, stage=Stage.STUDY_VISITS, clock=visits, because="continued"),
        )
    )

"""The thematic cluster: several partnerships with a theme in common, their joint sessions and joint plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar

from domain import requests as rq
from domain import sessions
from domain.clocks import Clock
from domain.clusters import folds, letters, membership, proceeding, splitting
from domain.clusters.requests import MOST_MEMBERS, Matter
from domain.clusters.state import ClusterState, Membership
from domain.entity import Fold, StageStatus
from domain.events import AnyEvent, ClusterFounded, EntityClosed
from domain.letters import Draft
from domain.living import Rule
from domain.owing import session_tasks
from domain.tasks import OPERATOR, Task, proposal_tasks, stage_tasks, task, watch_tasks
from domain.terms import Seat, Stage
from domain.values import SIDES, Actor, Refusal, Role, Side, listed

__all__ = ["Cluster", "founded"]

_MANAGER = Seat(role=Role.CLUSTER_MANAGER, side=Side.PROGRAMME)


class Cluster(ClusterState):
    """One thematic cluster, over its whole life."""

    noun: ClassVar[str] = "cluster"
    own_folds: ClassVar[Mapping[type[Any], Fold]] = folds.FOLDS
    own_rules: ClassVar[Mapping[type[Any], Rule]] = {
        rq.OpenStage: proceeding.open_stage,
        rq.Submit: proceeding.submit,
        rq.AdoptTerms: proceeding.adopt_terms,
        rq.ChangeHolder: membership.change_holder,
        rq.Join: membership.join,
        rq.Consent: splitting.consent,
        rq.NamePeople: membership.name_people,
        rq.Leave: splitting.leave,
        rq.AskMerger: membership.ask_merger,
        rq.TakeOver: membership.take_over,
        rq.AskSplit: splitting.ask_split,
        rq.GiveBack: splitting.give_back,
        rq.PlanSession: proceeding.plan,
        rq.StepSession: sessions.session_step,
        rq.HoldJointSession: proceeding.hold_session,
        rq.ReviewCluster: proceeding.review,
        rq.CloseCluster: proceeding.close,
    }
    own_on_hold: ClassVar[tuple[type[Any], ...]] = (
        rq.NamePeople,
        rq.Leave,
        rq.TakeOver,
        rq.GiveBack,
        rq.PlanSession,
        rq.StepSession,
        rq.HoldJointSession,
        rq.CloseCluster,
    )

    def own_tasks(self) -> Iterator[Task]:
        yield from stage_tasks(self)
        yield from proposal_tasks(self)
        for one in self.memberships:
            yield from self._consents(one)
            if one.merger_agreed is not None and one.merged is None and one.left is None:
                yield task(self, f"merge/{one.code}", "merge", one.code, OPERATOR, one.merger_agreed, None)
            if one.split is not None and one.split.agreed is not None and one.left is None:
                yield task(self, f"split/{one.code}", "split", one.code, OPERATOR, one.split.agreed, None)
        for session in self.sessions:
            yield from session_tasks(self, session)
        if self.review is not None:
            manager = self.holders_of(_MANAGER.role, _MANAGER.side, self.now)
            seat = _MANAGER if manager else OPERATOR
            yield task(self, "review", "review", self.code, seat, self.review.start, self.review)
        yield from watch_tasks(self)

    def _consents(self, one: Membership) -> Iterator[Task]:
        to = one.asks
        if to is None or one.left is not None:
            return
        if to is Matter.SPLIT:
            yield from self._split_consents(one)
            return
        since = one.merger_asked if to is Matter.MERGER and one.merger_asked is not None else one.asked
        for side in SIDES:
            if side not in one.consented(to):
                seat = Seat(role=Role.FOCAL_POINT, side=side, of=one.code)
                name = f"consent/{one.code}/{to.value}/{side.value}"
                yield task(self, name, "consent", f"{to.value}/{one.code}", seat, since, one.clock)

    def _split_consents(self, one: Membership) -> Iterator[Task]:
        assert one.split is not None
        for voice in self.split_voices(one):
            if voice not in one.split.consents:
                seat = self.seat_of(voice)
                who = voice if seat.of != one.code else seat.side.value
                name = f"consent/{one.code}/{Matter.SPLIT.value}/{who}"
                yield task(self, name, "consent", f"split/{one.code}", seat, one.split.asked, one.clock)

    def own_news(self, before: Any, event: AnyEvent) -> Iterator[Draft]:
        return letters.news(before, self, event)

    def own_facts(self) -> dict[str, str]:
        return {"called": self.title, "called_zh": self.title_zh or self.title}

    def own_title(self) -> str:
        return self.title

    def own_record(self) -> dict[str, Any]:
        return {
            "members": [one.code for one in self.present()],
            "asked": [one.code for one in self.candidates()],
            "entities": [[side.value, name] for side, name in self.entities()],
            "sessions": len(self.joint),
            "plan": self.plans[-1].version if self.plans else None,
        }

    def own_cluster(self) -> str:
        return self.code

    def own_clocks(self) -> Iterator[Clock]:
        for held in self.sessions:
            yield from (held.report, held.clock)
        for one in self.memberships:
            yield one.clock
        if self.review is not None:
            yield self.review

    def own_effects(self, matter: rq.Matter, by: Actor, at: datetime) -> tuple[AnyEvent, ...] | None:
        if isinstance(matter, rq.SettleGate):
            proceeding.not_without_members(self, matter)
        if isinstance(matter, rq.Waive) and matter.condition == "cluster_active":
            raise Refusal(
                "that a cluster is active cannot be waived: what all members decide needs members who have consented"
            )
        return None

    def when_passed(self, stage: Stage, at: datetime, by: Actor | None) -> tuple[AnyEvent, ...]:
        return proceeding.plan_adopted(self, at, by) if stage is Stage.JOINT_PLAN else ()

    def closing(self, at: datetime) -> tuple[AnyEvent, ...]:
        return (EntityClosed(at=at, end="cut_off"),)

    def standing(self) -> str:
        """forming, active, the stages under way, or how it ended."""
        if self.end is not None:
            return self.end
        if self.active is None:
            return "forming"
        running = [held.stage.value for held in self.stages if held.status is not StageStatus.PASSED]
        return "+".join(running) or "active"


def founded(event: ClusterFounded) -> Cluster:
    """The cluster as its first event makes it; ValueError, with a sentence, where it cannot begin so."""
    name = f"cluster {event.code}"
    codes = [one.code for one in event.candidates]
    if len(codes) != len(dict.fromkeys(codes)):
        raise ValueError(f"{name}: a partnership is a member once; given are {listed(codes)}")
    if len(codes) > MOST_MEMBERS:
        raise ValueError(f"{name}: {len(codes)} partnerships are too many; it can have {MOST_MEMBERS}")
    state = Cluster(
        entity=f"cluster/{event.code}",
        programme=event.programme,
        code=event.code,
        title=event.title,
        title_zh=event.title_zh,
        memberships=(),
        members=event.members,
        holders=event.holders,
        terms=event.terms,
        edition=event.edition,
        founded=event.at,
        now=event.at,
        ends=event.ends,
    )
    found = list(
        dict.fromkeys(entity for one in event.candidates for entity in ((Side.EU, one.eu), (Side.CN, one.cn)))
    )
    needed = state.rules.entities
    if len(found) < needed or not all(any(side is one for one, _ in found) for side in SIDES):
        raise ValueError(
            f"{name}: at least {needed} cities or regions of both sides form a cluster; {listed(codes)} are of "
            f"{listed([entity for _, entity in found])}; name another partnership (--members)"
        )
    if not state.holders_of(Role.OPERATOR, Side.PROGRAMME, event.at):
        raise ValueError(f"{name}: it has no operator, and without one nobody could name another")
    known = [calendar.country for calendar in event.edition.countries]
    countries = [one.country for one in event.members] + [one.country for one in event.holders]
    lacking = [country for country in countries if country not in known]
    if lacking:
        raise ValueError(f"{name}: its calendar edition lacks {listed(list(dict.fromkeys(lacking)))}")
    for one in event.candidates:
        try:
            membership.complete(one, event.holders)
        except Refusal as refusal:
            raise ValueError(f"{name}: {refusal.sentence}") from None
        asked = Membership(
            code=one.code,
            eu=one.eu,
            cn=one.cn,
            people=one.people,
            asked=event.at,
            clock=membership.consent_clock(state, one.code, Matter.MEMBERSHIP, event.at),
        )
        state = state.model_copy(update={"memberships": (*state.memberships, asked)})
    return state

"""The programme: policy, calendars and the end date; it asks others by broadcasts and holds none of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

from domain import requests as rq
from domain.clocks import Allowance, Clock, DayKind
from domain.entity import Fold, StageStatus
from domain.events import AnyEvent, EntityClosed, ProgrammeFounded
from domain.letters import Draft
from domain.living import Rule
from domain.programmes import calendar, folds, letters, rules
from domain.programmes.state import ProgrammeState, months_after
from domain.tasks import OPERATOR, Task, cut_off_times, proposal_tasks, stage_tasks, task, watch_tasks
from domain.terms import Seat, Stage
from domain.values import Actor, listed

__all__ = ["Programme", "founded"]


class Programme(ProgrammeState):
    """One programme, from its founding to the approval of its final report."""

    noun: ClassVar[str] = "programme"
    own_folds: ClassVar[Mapping[type[Any], Fold]] = folds.FOLDS
    own_rules: ClassVar[Mapping[type[Any], Rule]] = {
        rq.AskAcceptance: rules.ask_acceptance,
        rq.ObjectCutOff: rules.object_cut_off,
        rq.AnswerObjection: rules.answer_objection,
        rq.AdoptTerms: rules.adopt_terms,
        rq.ChangeEnd: rules.change_end,
    }
    own_on_hold: ClassVar[tuple[type[Any], ...]] = (rq.ObjectCutOff, rq.AnswerObjection)

    def own_tasks(self) -> Iterator[Task]:
        yield from stage_tasks(self)
        for gate in self.open_gates():
            late = any(one.startswith(f"decide/{gate.id}/") for one in self.overdue)
            deadline = self.deadline(gate.clock)
            if late and deadline is not None and self.acceptance_of(gate.id) is None:
                # the first time is over, and no silence counts until somebody asks
                name, title = f"acceptance/{gate.id}", gate.terms.title
                yield task(self, name, "acceptance", title, rules.TEAM_LEADER, deadline.at, None, gate)
        yield from proposal_tasks(self)
        for window in self.windows:
            name = f"cut_off/{window.cut_off}"
            asked = task(self, name, "cut_off", window.name, OPERATOR, window.clock.start, window.clock)
            # the days to object end by themselves, and nobody is late with not objecting
            yield replace(asked, moot=asked.deadline.at if asked.deadline is not None else None)
        for held in self.objections:
            if held.upheld is None:
                name = f"objection/{held.number}"
                yield task(self, name, "objection", held.cut_off, rules.TEAM_LEADER, held.at, held.clock)
        yield from watch_tasks(self)

    def own_dues(self) -> Iterator[tuple[datetime, str]]:
        return calendar.dues(self)

    def own_words(self, name: str, when: datetime) -> tuple[AnyEvent, ...]:
        return calendar.words(self, name, when)

    def own_clocks(self) -> Iterator[Clock]:
        for held in self.acceptances:
            yield held.first
        for window in self.windows:
            yield window.clock
        for objection in self.objections:
            yield objection.clock

    def own_news(self, before: Any, event: AnyEvent) -> Iterator[Draft]:
        return letters.news(before, self, event)

    def own_facts(self) -> dict[str, str]:
        return {"called": self.title, "called_zh": self.title_zh}

    def own_title(self) -> str:
        return self.title

    def own_record(self) -> dict[str, Any]:
        return {
            "starts": self.starts.isoformat(),
            "ends": self.ends.isoformat(),
            "cut_offs": list(self.cut_offs),
            "broadcasts": [one.model_dump(mode="json") for one in self.broadcasts],
        }

    def own_effects(self, matter: rq.Matter, by: Actor, at: datetime) -> tuple[AnyEvent, ...] | None:
        return rules.effects(self, matter, by, at)

    def objecting(self, cut_off: str, at: datetime) -> Clock | None:
        return rules.objecting(self, cut_off, at)

    def closing(self, at: datetime) -> tuple[AnyEvent, ...]:
        """Nothing: the final report is written, and approved, after the programme's end."""
        return ()

    def when_passed(self, stage: Stage, at: datetime, by: Actor | None) -> tuple[AnyEvent, ...]:
        if stage is not Stage.FINAL_REPORT:
            return ()
        return (EntityClosed(at=at, by=by, end="closed_with_final_report"),)

    def standing(self) -> str:
        """The reports under way; else whether it is running or over."""
        if self.end is not None:
            return self.end
        running = [held.stage.value for held in self.stages if held.status is not StageStatus.PASSED]
        return "+".join(running) if running else "implementation" if self.now < self.ends else "after_the_end"

    def clock_for(self, clock_id: str, allowance: Allowance, seats: Iterable[Seat], at: datetime) -> Clock:
        """As any entity's, but joint working days are those of the EU institutions' seat and of China."""
        clock = super().clock_for(clock_id, allowance, seats, at)
        if clock.allowance.kind is not DayKind.JOINT:
            return clock
        return clock.model_copy(update={"countries": self.rules.joint})


def founded(event: ProgrammeFounded) -> Programme:
    """The programme as its first event makes it: cut-offs and reports due before are taken as seen to elsewhere."""
    if event.terms.programme is None:
        raise ValueError(
            f"programme {event.code}: its terms {event.terms.name!r} lack a programme's own part"
        )
    known = [calendar.country for calendar in event.edition.countries]
    wanted = dict.fromkeys((*event.terms.programme.joint, *(held.country for held in event.holders)))
    lacking = [country for country in wanted if country not in known]
    if lacking:
        raise ValueError(f"programme {event.code}: its calendar edition lacks {listed(lacking)}")
    if not event.holders:
        raise ValueError(f"programme {event.code} has nobody to run it")
    every = event.terms.programme.interim
    number = 0
    while months_after(event.starts, (number + 1) * every) <= event.at:
        number += 1
    programme = Programme(
        entity=f"programme/{event.code}",
        programme=event.programme,
        code=event.code,
        title=event.title,
        title_zh=event.title_zh,
        holders=event.holders,
        terms=event.terms,
        edition=event.edition,
        founded=event.at,
        now=event.at,
        starts=event.starts,
        ends=event.ends,
        interims=number,
    )
    past = [name for when, name in cut_off_times(programme) if when <= event.at]
    return programme.model_copy(update={"cut_offs": tuple(past)})

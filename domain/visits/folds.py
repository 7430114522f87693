"""How each event changes where a study visit stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from domain import events as ev
from domain.changing import put, watched, with_stage
from domain.entity import Watch
from domain.errands import Errand
from domain.folding import over, travel_restricted
from domain.requests import RecordExchange
from domain.terms import Stage
from domain.visits import events as ve
from domain.visits.requests import GroupStep
from domain.visits.state import Completion, Group, VisitState

S = VisitState
_SETTLES: Mapping[GroupStep, tuple[str, ...]] = {
    GroupStep.SUBMITTED: (),
    GroupStep.CLEARED: ("clearance",),
    GroupStep.REFUSED: ("clearance",),
    GroupStep.LODGED: ("visa",),
    GroupStep.GRANTED: ("late_visas",),
}
"""Which steps of the timetable are taken with a step of a sub-group."""


def _done(state: S, ids: tuple[str, ...], event: ev.Event, text: str | None = None) -> S:
    milestones = tuple(
        held.model_copy(update={"done": event.at, "text": text}) if held.id in ids else held
        for held in state.milestones
    )
    return put(state, milestones=milestones)


def _step_taken(state: S, event: ve.VisitStepTaken) -> S:
    name = f"visit_{event.step}/{event.about}" if event.about else f"visit_{event.step}"
    return _done(state, (name,), event, event.text)


def _group_formed(state: S, event: ve.GroupFormed) -> S:
    group = Group(
        group=event.group,
        side=event.side,
        sender=event.sender,
        host=event.host,
        contact=event.contact,
        host_contact=event.host_contact,
        serves=event.serves,
    )
    state = put(state, groups=(*state.groups, group), milestones=(*state.milestones, *event.milestones))
    if len(state.represented()) == len(state.serves):
        return _done(state, ("visit_groups",), event)
    return state


def _with_group(state: S, code: str, **update: Any) -> S:
    groups = tuple(
        group.model_copy(update=update) if group.group == code else group for group in state.groups
    )
    return put(state, groups=groups)


def _named(state: S, event: ve.ParticipantsNamed) -> S:
    fresh: dict[str, Any] = {"participants": event.participants, "head": event.head, "refused": ()}
    if event.again:  # another dossier for other people
        fresh["step"] = None
    state = _with_group(state, event.group, **fresh)
    again = {held.id: held for held in event.again}
    milestones = tuple(again.get(held.id, held) for held in state.milestones)
    state = put(state, milestones=milestones)
    return _done(state, (f"visit_names/{event.group}",), event)


def _group_step(state: S, event: ve.GroupStepTaken) -> S:
    held = state.the_group(event.group)
    state = _with_group(state, event.group, step=event.step, refused=(*held.refused, *event.refused))
    ids = tuple(f"visit_{step}/{event.group}" for step in _SETTLES[event.step])
    state = _done(state, ids, event, event.text)
    after = state.the_group(event.group)
    if after.out:  # nobody of it travels, so nothing more is prepared for it
        kept = tuple(one for one in state.milestones if one.about != event.group or one.done is not None)
        state = put(state, milestones=kept)
    if event.clock is None:
        return state
    watch = Watch(id=f"too_few/{event.group}", what="visit_too_few", subject=event.group, clock=event.clock)
    return watched(state, watch)


def _moved(state: S, event: ve.VisitMoved) -> S:
    state = put(
        state,
        first=event.first,
        days=event.days,
        moved=event.moved,
        milestones=event.milestones,
        begun=None,
        unready=False,
        was_last=(state.ends_on() or state.was_last) if event.first is None else None,
        # for new days visas are asked for anew, and what they need goes after those
        purged=state.purged if event.first is None else None,
    )
    for paper in event.papers:
        state = with_stage(state, paper.stage, clock=paper.clock)
    if event.first is not None:
        state = watched(state, None, "travel_review", "not_ready")
    if event.clock is None:
        return state
    count = str(event.moved)
    return watched(state, Watch(id="put_off", what="visit_put_off", subject=count, clock=event.clock))


def _began(state: S, event: ve.VisitBegan) -> S:
    if event.clock is not None:
        watch = Watch(id="not_ready", what="visit_not_ready", subject=str(state.first), clock=event.clock)
        return watched(put(state, unready=True), watch)
    # what was to be prepared is prepared, or it is too late for it
    kept = tuple(held for held in state.milestones if held.done is not None or held.step == "complete")
    return put(state, begun=event.at, milestones=kept)


def _settled(state: S) -> S:
    """How it goes on is settled: what was to be looked at for that is looked at no more."""
    ids = [watch.id for watch in state.watches]
    return watched(
        state,
        None,
        *(
            one
            for one in ids
            if one in ("put_off", "travel_review", "not_ready") or one.startswith("too_few/")
        ),
    )


def _converted(state: S, event: ve.VisitConverted) -> S:
    state = put(
        _settled(state),
        mode=event.mode,
        converted=True,
        unready=False,
        milestones=event.milestones,
        agreed=event.agreed,
        costs=(*state.costs, *event.costs),
    )
    if event.mode.travels:
        return state
    # what is not travelled to is not decided on three weeks before
    stages = tuple(held for held in state.stages if held.stage is not Stage.VISIT_READINESS)
    gates = tuple(gate for gate in state.gates if gate.stage is not Stage.VISIT_READINESS)
    return put(state, stages=stages, gates=gates)


def _cancelled(state: S, event: ve.VisitCancelled) -> S:
    state = _settled(state)
    stages = tuple(held for held in state.stages if held.passed is not None)
    known = [held.stage for held in stages]
    return put(
        state,
        cancelled=event.at,
        cancelled_why=event.reason,
        costs=(*state.costs, *event.costs),
        incident=False,
        milestones=tuple(held for held in state.milestones if held.done is not None),
        stages=stages,
        gates=tuple(gate for gate in state.gates if gate.stage in known),
    )


def _incident(state: S, event: ve.IncidentReported) -> S:
    state = put(state, incident=not event.over)
    if event.clock is None:
        return watched(state, None, "incident")
    return watched(state, Watch(id="incident", what="visit_incident", clock=event.clock))


def _completed(state: S, event: ve.VisitCompleted) -> S:
    assert event.by is not None
    done = tuple(
        held.model_copy(update={"done": event.at}) if held.step == "complete" else held
        for held in state.milestones
        if held.done is not None or held.step == "complete"
    )
    completion = Completion(
        at=event.at,
        first=event.first,
        last=event.last,
        mode=event.mode,
        groups=event.groups,
        participants_eu=event.participants_eu,
        participants_cn=event.participants_cn,
        women=event.women,
        evidence=event.evidence,
    )
    state = watched(_settled(state), None, "incident")
    state = put(
        state,
        completion=completion,
        incident=False,
        milestones=(*done, *event.milestones),
    )
    if not (event.participants_eu and event.participants_cn):
        return state  # the programme's own staff scoped: no exchange of any partnership
    told = Errand(
        id="completed",
        request=RecordExchange(
            code=state.code,
            mode=event.mode,
            held=state.last_moment(event.last),
            participants_eu=event.participants_eu,
            participants_cn=event.participants_cn,
            evidence=event.evidence,
            of=state.entity,
        ),
        by=event.by,
        since=event.at,
        to=tuple(f"partnership/{one.code}" for one in state.serves),
    )
    return put(state, errands=(*state.errands, told))


def _restricted(state: S, event: ev.TravelRestricted) -> S:
    state = travel_restricted(state, event)
    if event.clock is None:
        return state
    watch = Watch(id="travel_review", what="visit_travel", subject=event.country, clock=event.clock)
    return watched(state, watch)


FOLDS: Mapping[type[Any], Callable[[Any, Any], S]] = {
    ve.VisitStepTaken: _step_taken,
    ve.GroupFormed: _group_formed,
    ve.ParticipantsNamed: _named,
    ve.GroupStepTaken: _group_step,
    ve.VisitMoved: _moved,
    ve.VisitConverted: _converted,
    ve.VisitCancelled: _cancelled,
    ve.IncidentReported: _incident,
    ve.VisitCompleted: _completed,
    ve.VisitBegan: _began,
    ve.TravelDataPurged: lambda state, event: put(state, purged=event.at),
    ev.TravelRestricted: _restricted,
    ev.EntityClosed: lambda state, event: over(state, event.end, event.at, milestones=()),
}

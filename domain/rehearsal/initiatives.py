"""What people do of their own accord: open stages, meet, engage organisations, agree, and what befalls them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain import requests as rq
from domain.entity import StageStatus
from domain.rehearsal.chance import noon
from domain.rehearsal.characters import Session
from domain.rehearsal.papers import GROUPS, organisation
from domain.rehearsal.replies import visits_made
from domain.rehearsal.scene import Planned, Scene
from domain.stages.study_visits import VisitMode
from domain.staging import missing
from domain.terms import Silence, Stage
from domain.values import SIDES, Holder, Organisation, Role, Side

_LEAD = {VisitMode.PHYSICAL: 100, VisitMode.HYBRID: 60, VisitMode.VIRTUAL: 35}
"""Days before a visit at which it begins to be prepared (domain.md 2.6)."""
_ORGANISED = 0.15
"""How many of the sessions are planned in the system before they are held."""
_ATTENDING = 0.6
"""How often an engaged organisation has somebody at a session."""
_PATIENCE_AT_THE_END = 118
"""Days before the end after which closing does not wait for unfinished stages any more."""


def initiatives(scene: Scene) -> Iterator[Planned]:
    yield from _opening(scene)
    yield from _closing(scene)
    yield from _unsticking(scene)
    yield from _meeting(scene)
    yield from _engaging(scene)
    yield from _holidays(scene)


def _opens(
    scene: Scene, stage: Stage, when: datetime, *about: object, refused: bool = False
) -> Iterator[Planned]:
    operator = scene.holder(Role.OPERATOR)
    if operator is None:
        return
    id = "/".join(map(str, ("open", stage.value, *about)))
    at = scene.worked(operator, when, id)
    last = scene.state.ends - timedelta(days=scene.state.terms.stage(stage).last_opening)
    if refused or max(at, scene.at) < last:
        yield from scene.planned(id, at, operator, rq.OpenStage(stage=stage), refused=refused)


def _opening(scene: Scene) -> Iterator[Planned]:
    """Each stage in its time: scoping, visits as they come, the plan, pilots."""
    story, state = scene.character, scene.state
    if state.stage(Stage.SCOPING) is None:
        yield from _opens(scene, Stage.SCOPING, noon(story.opens))
        return
    scoped = scene.scoped()
    plans = _when_planned(scene)
    if scoped is None:
        if plans is not None and scene.chance("premature").random() < 0.15:
            early = noon(story.opens) + timedelta(days=20)
            yield from _opens(scene, Stage.ACTION_PLAN, early, "premature", refused=True)
        return
    visits, made = story.visits, visits_made(scene)
    held = state.stage(Stage.STUDY_VISITS)
    if (held is None or held.status is StageStatus.PASSED) and made < len(visits):
        visit = visits[made]
        lead = noon(visit.on) - timedelta(days=_LEAD[visit.mode])
        yield from _opens(scene, Stage.STUDY_VISITS, max(lead, scoped + timedelta(days=5)), made)
    met = [one for one in state.exchanges if one.evidence]
    if plans is not None and state.stage(Stage.ACTION_PLAN) is None and met:
        start = max(noon(plans), scoped + timedelta(days=7), met[0].held + timedelta(days=7))
        yield from _opens(scene, Stage.ACTION_PLAN, start)
    pilots = story.pilots if scene.chance("pilots").random() < story.pilot_chance else 0
    held = state.stage(Stage.PILOT_INVESTMENTS)
    ready = held is None or held.status is StageStatus.PASSED
    if ready and state.plan_adopted is not None and state.pilots_endorsed < pilots:
        since = max(state.plan_adopted, held.passed if held and held.passed else state.plan_adopted)
        start = since + timedelta(days=scene.chance("pilot", state.pilots_endorsed).uniform(8, 30))
        yield from _opens(scene, Stage.PILOT_INVESTMENTS, start, state.pilots_endorsed)


def _when_planned(scene: Scene) -> date | None:
    story = scene.character
    lucky = scene.chance("plans").random() < story.plan_chance
    return story.plans if lucky else None


def _under_way(scene: Scene) -> bool:
    """Whether something is still to come that closing had better wait for."""
    story, state = scene.character, scene.state
    if any(held.status is not StageStatus.PASSED for held in state.stages):
        return True
    wants_plan = _when_planned(scene) is not None and state.stage(Stage.ACTION_PLAN) is None
    wants_pilot = state.plan_adopted is not None and state.pilots_endorsed < story.pilots
    lucky = scene.chance("pilots").random() < story.pilot_chance
    return wants_plan or visits_made(scene) < len(story.visits) or (wants_pilot and lucky)


def _closing(scene: Scene) -> Iterator[Planned]:
    """Closing waits for what is under way as long as time allows; then two persons waive the condition."""
    story, state = scene.character, scene.state
    operator = scene.holder(Role.OPERATOR)
    if story.closes is None or operator is None or scene.scoped() is None or state.stage(Stage.CLOSING):
        return
    latest = state.ends - timedelta(days=_PATIENCE_AT_THE_END + scene.chance("closing").randrange(12))
    when = noon(story.closes)
    if _under_way(scene):
        when = max(when, latest)
    else:
        last = max((held.passed for held in state.stages if held.passed), default=when)
        when = max(when, last + timedelta(days=5))
    lacking = missing(state, Stage.CLOSING, max(when, scene.at))
    if not lacking:
        yield from _opens(scene, Stage.CLOSING, when)
    elif "nothing_else_open" in lacking and not state.proposals:
        waive = rq.Waive(stage=Stage.CLOSING, condition="nothing_else_open")
        propose = rq.Propose(matter=waive, reason="closing_the_books")
        id = f"waive/closing/{state.proposed}"
        at = scene.after(operator, when, 0, 5, id)
        if max(at, scene.at) < state.ends - timedelta(days=10):
            yield from scene.planned(id, at, operator, propose)


def _unsticking(scene: Scene) -> Iterator[Planned]:
    """One more round where rounds ran out; a gate nobody answers at is settled by two persons."""
    state = scene.state
    operator = scene.holder(Role.OPERATOR)
    if operator is None or state.proposals:
        return
    for held in state.stages:
        if held.status is StageStatus.STUCK and held.stuck_since is not None and len(held.versions) < 5:
            id = f"add_round/{held.stage.value}/{len(held.versions)}"
            when = scene.after(operator, held.stuck_since, 4, 15, id)
            propose = rq.Propose(matter=rq.AddRound(stage=held.stage), reason="escalation_meeting")
            yield from scene.planned(id, when, operator, propose)
    for gate in state.open_gates():
        deadline = state.deadline(gate.clock)
        quiet = [seat for place in gate.waiting() if scene.unreachable((seat := gate.seats[place]).side)]
        if deadline is None or not quiet or gate.terms.on_silence is not Silence.NEVER:
            continue
        makers = state.makers_of(gate.stage)
        first = next((one for one in scene.holders(Role.OPERATOR) if one.person not in makers), None)
        if first is not None and gate.stage is not Stage.ACTION_PLAN:
            id = f"settle/{gate.id}"
            when = scene.after(first, deadline.at, 60, 90, id)
            matter = rq.SettleGate(gate=gate.code, verdict=rq.Verdict.APPROVE)
            yield from scene.planned(id, when, first, rq.Propose(matter=matter, reason="no_reply"))


# meeting


def sessions(scene: Scene) -> Iterator[Session]:
    """All working sessions of a partnership's life: the known ones, and some spread between its stages."""
    story, state = scene.character, scene.state
    yield from story.sessions
    held = state.stage(Stage.SCOPING)
    if held is None or not story.more_sessions:
        return
    opened = noon(story.opens)
    last = min(noon(story.closes) if story.closes else state.ends, noon(date(2100, 1, 1)))
    step = (last - opened) / (story.more_sessions + 1)
    days = state.edition.days(*dict.fromkeys(state.member(side).country for side in SIDES))
    for number in range(story.more_sessions):
        draw = scene.chance("session", number)
        day = (opened + step * (number + draw.uniform(0.35, 0.9))).date()
        if day.month == 8:
            day = day.replace(month=9, day=draw.randint(8, 28))
        mode = rq.ExchangeMode.VIRTUAL
        if not scene.travel_closed(day) and draw.random() < 0.35:
            mode = rq.ExchangeMode.HYBRID
        yield Session(on=days.on_or_after(day), mode=mode)


def _meeting(scene: Scene) -> Iterator[Planned]:
    """Sessions are recorded after they were held, sometimes long after, and not always with evidence."""
    state = scene.state
    scoping = state.stage(Stage.SCOPING)
    if scoping is None:
        return
    known = [one.code for one in state.exchanges]
    zone = ZoneInfo("Europe/Brussels")
    for number, session in enumerate(sessions(scene), start=1):
        code = f"{state.code.lower()}-session-{number}"
        held = datetime.combine(session.on, time(9), zone).astimezone(UTC)
        if code in known or held < scoping.opened or held >= state.ends:
            continue
        draw = scene.chance("recorded", code)
        if scene.unreachable(Side.CN) or scene.unreachable(Side.EU):
            continue
        if scene.chance("organised", code).random() < _ORGANISED:
            yield from _planning(scene, code, session, held)
        recorder = scene.holder(Role.CLUSTER_MANAGER if draw.random() < 0.5 else Role.OPERATOR)
        if recorder is None:
            continue
        proof = scene.text("evidence", recorder, code)
        evidenced = number == 1 or draw.random() < 0.85
        when = scene.after(recorder, held + timedelta(hours=3), 1, 45 if number > 1 else 14, code)
        request = rq.RecordExchange(
            code=code,
            mode=session.mode,
            held=held,
            country="" if session.mode is rq.ExchangeMode.VIRTUAL else "CN",
            participants_eu=draw.randint(4, 22),
            participants_cn=draw.randint(5, 30),
            evidence=proof.hash if evidenced else None,
            organisations=tuple(
                one.code for one in state.organisations if draw.random() < _ATTENDING and evidenced
            ),
        )
        texts = (proof,) if evidenced else ()
        yield from scene.planned(f"exchange/{code}", when, recorder, request, *texts, earliest=held)


def _planning(scene: Scene, code: str, session: Session, held: datetime) -> Iterator[Planned]:
    """Some sessions are planned weeks ahead, with invitation, answers and minutes; others just happen."""
    organiser = scene.holder(Role.CLUSTER_MANAGER)
    if organiser is None or scene.state.session(code) is not None:
        return
    when = scene.after(organiser, held - timedelta(days=42), 0, 12, "plan", code)
    if max(when, scene.at) < held - timedelta(days=1):
        request = rq.PlanSession(code=code, mode=session.mode, starts=held)
        yield from scene.planned(f"plan/{code}", when, organiser, request)


def _engaging(scene: Scene) -> Iterator[Planned]:
    """Organisations of all four groups come in, named by their own side or the cluster manager."""
    state = scene.state
    if state.stage(Stage.SCOPING) is None:
        return
    known = [one.code for one in state.organisations]
    opened = noon(scene.character.opens)
    for number, group in enumerate(GROUPS):
        draw = scene.chance("engaging", number)
        side = draw.choice(SIDES)
        code = organisation(scene, side, group)
        scoped = scene.scoped()
        if number >= 2 and (scoped is None or scene.character.plans is None):
            continue  # the later two come once a partnership gets somewhere
        since = opened if number < 2 or scoped is None else max(scoped, noon(scene.character.opens))
        focal = scene.holder(Role.FOCAL_POINT, side) if draw.random() < 0.5 else None
        recorder = focal or scene.holder(Role.CLUSTER_MANAGER)
        if code in known or recorder is None or scene.unreachable(side):
            continue
        when = scene.after(recorder, since, 8, 70, "engaging", number)
        request = rq.Engage(organisation=Organisation(code=code, side=side, group=group))
        yield from scene.planned(f"engage/{code}", when, recorder, request)


def _holidays(scene: Scene) -> Iterator[Planned]:
    """Before August some let their deputies act for them, in role and visibly."""
    state = scene.state
    if state.stage(Stage.SCOPING) is None:
        return
    for side in SIDES:
        giver, deputy = scene.holder(Role.FOCAL_POINT, side), scene.holder(Role.DEPUTY, side)
        year = scene.at.year
        share = 0.35 if side is Side.EU else 0.12
        if giver is None or deputy is None or scene.unreachable(side):
            continue
        if scene.chance("leave", year, side).random() >= share:
            continue
        since, until = _august(giver, year)
        if scene.at >= since or any(
            one.giver == giver.person and one.until == until for one in state.delegations
        ):
            continue
        request = rq.Delegate(to=deputy.person, role=giver.role, side=side, since=since, until=until)
        id = f"delegate/{year}/{side.value}"
        when = scene.after(giver, since - timedelta(days=16), 0, 9, id)
        yield from scene.planned(id, when, giver, request)


def _august(giver: Holder, year: int) -> tuple[datetime, datetime]:
    zone = ZoneInfo(giver.zone)
    first = datetime(year, 8, 1, tzinfo=zone)
    return first.astimezone(UTC), datetime(year, 9, 1, tzinfo=zone).astimezone(UTC)

"""How invented people see to what they owe: hand in, decide, ask back, answer, or need a phone call first."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain import requests as rq
from domain.entity import Proposal
from domain.events import Outcome
from domain.gates import Gate
from domain.proposing import effects
from domain.rehearsal.characters import Tempo, Visit
from domain.rehearsal.papers import paper
from domain.rehearsal.scene import Planned, Scene
from domain.requests import SessionStep
from domain.stages.study_visits import VisitMode
from domain.tasks import Task, recipients, reminded, tasks_of
from domain.terms import Seat, Stage
from domain.values import SIDES, Holder, Refusal, Role, Side

_UNANSWERED = {Tempo.PROMPT: 0.05, Tempo.STEADY: 0.25, Tempo.SLOW: 0.6, Tempo.SILENT: 1.0}
"""How often somebody lets the calendar answer where silence settles a gate."""


def replies(scene: Scene) -> Iterator[Planned]:
    """The next steps for every open task, and what people add after silence has spoken."""
    for task in tasks_of(scene.state):
        match task.what:
            case "submit":
                yield from _submitting(scene, task)
            case "decide":
                yield from _deciding(scene, task)
            case "answer":
                yield from _answering(scene, task)
            case "advise":
                yield from _advising(scene, task)
            case "confirm":
                yield from _confirming(scene, task)
            case "invite" | "attend" | "minutes" | "agree_minutes":
                yield from _of_a_session(scene, task)
    yield from _late_objections(scene)
    yield from _taking_back(scene)


@dataclass(frozen=True)
class Reply:
    """When somebody answers, and when the secretariat rings them up before that, if it must."""

    at: datetime | None
    rung_up: datetime | None = None


def reply_to(scene: Scene, holder: Holder, task: Task, *about: object) -> Reply:
    """When a task is seen to; whoever lets a deadline pass is rung up, and mostly answers then."""
    at = scene.reply(holder, task, *about)
    if at is None or task.deadline is None:
        return Reply(None)
    draw = scene.chance("patience", *about)
    gone = holder.side in SIDES and scene.unreachable(holder.side)
    if task.by_silence:
        silent = gone or draw.random() < _UNANSWERED[scene.tempo(holder)] or at >= task.deadline.at
        return Reply(None if silent else at)
    due = max(task.deadline.at, scene.floor)
    limit = due + timedelta(days=draw.triangular(4, 26, 9))
    if at <= limit and not gone:
        return Reply(at)
    caller = scene.holder(Role.OPERATOR)
    if caller is None or not reminded(task):
        return Reply(None if gone else at)
    call = scene.worked(caller, limit, "call", *about)
    if gone:
        return Reply(None, call)
    return Reply(min(at, scene.after(holder, call, 1, 8, "called", *about)), call)


def ringing_up(scene: Scene, task: Task, reply: Reply, *about: object) -> Iterator[Planned]:
    """The phone call itself, unless that was made; it stops the reminders."""
    caller = scene.holder(Role.OPERATOR)
    if reply.rung_up is None or caller is None:
        return
    for person in recipients(scene.state, task)[:1]:
        stopped = [one for one in scene.state.ladders if one.task == task.id and one.recipient == person]
        if any(one.stopped == "contact" for one in stopped):
            continue
        draw = scene.chance("channel", *about)
        note = scene.text("contact", caller, *about)
        channel = rq.Channel.WECHAT if task.seat.side is Side.CN else rq.Channel.PHONE
        if draw.random() < 0.2:
            channel = rq.Channel.MEETING
        request = rq.LogContact(person=person, channel=channel, note=note.hash)
        yield from scene.planned(_id("contact", *about), reply.rung_up, caller, request, note)


def _id(*about: object) -> str:
    return "/".join(map(str, about))


# handing in


def _submitting(scene: Scene, task: Task) -> Iterator[Planned]:
    stage = Stage(task.id.split("/")[1])
    number = scene.rounds(stage) + 1
    about = ("submit", stage.value, number)
    if not _my_turn(scene, task, stage, number):
        return
    holder = _maker(scene, task.seat)
    if holder is None:
        return
    reply = reply_to(scene, holder, task, *about)
    visit = _visit(scene) if stage is Stage.STUDY_VISITS else None
    if visit is not None and number == _first_version(scene, stage):
        ended = scene.on(holder, visit.on + timedelta(days=visit.days), "visit", visit.on)
        ended = max(ended, scene.after(holder, task.since, 25, 45, "visit", number))
        reply = Reply(scene.after(holder, ended, 6, 60, "report", number))
    yield from ringing_up(scene, task, reply, *about)
    if reply.at is None:
        return
    draw = scene.chance("hasty", *about)
    if draw.random() < (0.22 if number == 1 else 0.08):
        early = max(task.since + timedelta(hours=2), reply.at - timedelta(days=draw.uniform(1, 6)))
        yield from _handing_in(scene, stage, (*about, "hasty"), early, holder, visit, refused=True)
    if visit is not None and scene.travel_closed(visit.on) and draw.random() < 0.3:
        travelled = visit.model_copy(update={"mode": VisitMode.PHYSICAL})
        early = reply.at - timedelta(days=0.6)
        yield from _handing_in(scene, stage, (*about, "travelled"), early, holder, travelled, refused=True)
    yield from _handing_in(scene, stage, about, reply.at, holder, visit)


def _handing_in(
    scene: Scene,
    stage: Stage,
    about: tuple[object, ...],
    when: datetime,
    holder: Holder,
    visit: Visit | None,
    *,
    refused: bool = False,
) -> Iterator[Planned]:
    document = scene.text("document", holder, *about)
    on = max(when, scene.at).date()
    if visit is not None:
        visit = _as_it_was(scene, visit, max(when, scene.at))
    hasty = about[-1] == "hasty"
    deliverable = paper(scene, stage, document.hash, on, hasty=hasty, visit=visit)
    request = rq.Submit(stage=stage, deliverable=deliverable)
    yield from scene.planned(_id(*about), when, holder, request, document, refused=refused)


def _my_turn(scene: Scene, task: Task, stage: Stage, number: int) -> bool:
    """Where either side may hand in, one of them does."""
    makers = scene.state.terms.stage(stage).makers
    place = int(task.id.rsplit("/", 1)[1])
    return place == scene.chance("maker", stage, number).randrange(len(makers))


def _maker(scene: Scene, seat: Seat) -> Holder | None:
    if seat.side in SIDES:
        return scene.focal_point(seat.side)
    return scene.holder(seat.role, seat.side)


def visits_made(scene: Scene) -> int:
    """How many study visits have been reported and accepted to the end."""
    last = scene.state.terms.stage(Stage.STUDY_VISITS).gates[-1].code
    return sum(1 for gate in scene.state.gates if gate.code == last and gate.outcome and gate.outcome.passes)


def _first_version(scene: Scene, stage: Stage) -> int:
    """The number of the first version since the stage was opened, so that a revision does not travel again."""
    held = scene.state.stage(stage)
    assert held is not None
    return sum(1 for version in held.versions if version.at < held.opened) + 1


def _visit(scene: Scene) -> Visit | None:
    planned = scene.character.visits
    made = visits_made(scene)
    return planned[made] if made < len(planned) else None


def _as_it_was(scene: Scene, visit: Visit, reported: datetime) -> Visit:
    """The visit on a day before its report; it was virtual while nobody could travel."""
    on = min(visit.on, (reported - timedelta(days=visit.days + 1)).date())
    closed = scene.travel_closed(on) or scene.travel_closed(on + timedelta(days=visit.days - 1))
    if visit.mode is VisitMode.PHYSICAL and closed and not scene.travel_closed(visit.on):
        visit = visit.model_copy(update={"mode": VisitMode.VIRTUAL})
    return visit.model_copy(update={"on": on})


# deciding


def _deciding(scene: Scene, task: Task) -> Iterator[Planned]:
    gate, place = task.gate, int(task.id.rsplit("/", 1)[1])
    assert gate is not None
    seat = gate.seats[place]
    holder = _sitter(scene, gate, seat)
    if holder is None or gate.asked_by is not None:
        return
    times = 1 + sum(1 for one in scene.done if one.startswith(f"take_back/{gate.id}/{place}"))
    about: tuple[object, ...] = ("decide", gate.id, place, times) if times > 1 else ("decide", gate.id, place)
    reply = reply_to(scene, holder, task, *about)
    yield from ringing_up(scene, task, reply, *about)
    if reply.at is None:
        return
    answered = next((span.until for span in reversed(gate.clock.spans) if span.until), None)
    at = reply.at
    if answered is not None:
        at = max(at, scene.after(holder, answered, 0.5, 3, *about))
    draw = scene.chance("habits", *about)
    habits = [draw.random() for _ in range(5)]
    start = max(task.since, scene.floor)
    if habits[0] < 0.05 and seat.role is Role.FOCAL_POINT and seat.person is None:
        yield from _handing_over(scene, gate, holder, start + (at - start) * 0.3, *about)
    if habits[1] < 0.09:
        at = yield from _asking_advice(scene, gate, holder, start + (at - start) * 0.4, at, *about)
    if habits[2] < 0.11 and answered is None:
        question = scene.text("question", holder, *about)
        request = rq.Clarify(gate=gate.code, question=question.hash)
        when = scene.worked(holder, start + (at - start) * 0.5, "question", *about)
        yield from scene.planned(_id("clarify", gate.id), when, holder, request, question)
    if habits[3] < 0.2:
        yield from _on_an_old_version(scene, gate, holder, at, *about)
    if gate.code == "G5.team" and habits[4] < 0.3:
        yield from _out_of_turn(scene, gate, at)
    verdict = _verdict(scene, gate, seat, *about)
    remark = None
    if verdict is not rq.Verdict.APPROVE:
        remark = scene.text(verdict.value, holder, *about)
    decision = rq.Decide(
        gate=gate.code, version=gate.version, verdict=verdict, remark=remark.hash if remark else None
    )
    yield from scene.planned(_id(*about), at, holder, decision, *([remark] if remark else []))


def _sitter(scene: Scene, gate: Gate, seat: Seat) -> Holder | None:
    """Who takes a seat: the person it was handed to, the holder, or a deputy where that is usual or needed."""
    if seat.person is not None:
        return scene.state.holder(seat.person, scene.at)
    held = list(scene.holders(seat.role, seat.side))
    if seat.role is Role.FOCAL_POINT:
        deputies = list(scene.holders(Role.DEPUTY, seat.side))
        first = scene.chance("deputy", gate.id, seat.side).random() < 0.12
        held = deputies + held if first else held + deputies
    makers = scene.state.makers_of(gate.stage)
    return next((one for one in held if one.person not in makers), None)


def _verdict(scene: Scene, gate: Gate, seat: Seat, *about: object) -> rq.Verdict:
    story = scene.character
    outcomes = [one.outcome for one in scene.state.gates if one.code == gate.code]
    before = outcomes.count(Outcome.RETURNED)
    draw = scene.chance("verdict", *about)
    # a return that the story asks for comes from one seat, so that the other side still has its say
    returning = scene.chance("returning", gate.id).randrange(len(gate.seats))
    if before < story.returned.get(gate.code, 0) and gate.seats.index(seat) == returning:
        return rq.Verdict.RETURN
    if gate.code in story.rejected and Outcome.REJECTED not in outcomes:
        return rq.Verdict.REJECT
    first = gate.id.endswith("/1")
    unforeseen = 0.12 if gate.code == "G5.review" else 0.05
    if first and seat.role is not Role.SIGNATORY and draw.random() < unforeseen:
        return rq.Verdict.RETURN
    return rq.Verdict.CONDITIONS if draw.random() < 0.12 else rq.Verdict.APPROVE


def _handing_over(
    scene: Scene, gate: Gate, holder: Holder, when: datetime, *about: object
) -> Iterator[Planned]:
    makers = scene.state.makers_of(gate.stage)
    for deputy in scene.holders(Role.DEPUTY, holder.side):
        if deputy.person not in (holder.person, *makers):
            request = rq.HandOver(gate=gate.code, to=deputy.person)
            at = scene.worked(holder, when, "hand over", *about)
            if scene.actor(holder, max(at, scene.at)).person == deputy.person:
                return  # the deputy acts for the holder already
            yield from scene.planned(_id("hand_over", *about[1:]), at, holder, request)
            return


_ADVISERS = {
    Role.TEAM_LEADER: Role.CLUSTER_MANAGER,
    Role.EU_DELEGATION: Role.NATIONAL_COUNTERPART,
    Role.NATIONAL_COUNTERPART: Role.EU_DELEGATION,
    Role.FOCAL_POINT: Role.CLUSTER_MANAGER,
    Role.SIGNATORY: Role.FOCAL_POINT,
    Role.CLUSTER_MANAGER: Role.TEAM_LEADER,
}


def _asking_advice(
    scene: Scene, gate: Gate, holder: Holder, when: datetime, at: datetime, *about: object
) -> Generator[Planned, None, datetime]:
    """Ask somebody and wait for it a while; returns when the decision then falls."""
    role = _ADVISERS.get(holder.role)
    if role is None:
        return at
    side = holder.side if role is Role.FOCAL_POINT else Side.PROGRAMME
    adviser = scene.holder(role, side)
    if adviser is None or adviser.person == holder.person:
        return at
    asked = next((one for one in gate.advice if one.by == holder.person), None)
    if asked is None and any(one.of == adviser.person and one.answer is None for one in gate.advice):
        return at
    if asked is None:
        question = scene.text("advice_question", holder, *about)
        request = rq.AskAdvice(gate=gate.code, of=adviser.person, question=question.hash)
        when = scene.worked(holder, when, "advice", *about)
        yield from scene.planned(_id("advice", *about[1:]), when, holder, request, question)
        return max(at, when + timedelta(days=1))
    if asked.answered is not None:
        return max(at, scene.after(holder, asked.answered, 0.5, 3, "advised", *about))
    return max(at, asked.asked + timedelta(days=12))


def _on_an_old_version(
    scene: Scene, gate: Gate, holder: Holder, at: datetime, *about: object
) -> Iterator[Planned]:
    """Somebody decides on the version that has been on the desk all along."""
    held = scene.state.stage(gate.stage)
    if held is None or held.current is None or len(held.versions) < 2 or held.opened > held.versions[-2].at:
        return
    request = rq.Decide(gate=gate.code, version=held.versions[-2].version, verdict=rq.Verdict.APPROVE)
    when = at - timedelta(hours=3)
    yield from scene.planned(_id("old", *about), when, holder, request, refused=True)


def _out_of_turn(scene: Scene, gate: Gate, at: datetime) -> Iterator[Planned]:
    """A focal point takes the team leader's decision for their own."""
    focal = scene.holder(Role.FOCAL_POINT, Side.EU)
    if focal is None:
        return
    request = rq.Decide(gate=gate.code, version=gate.version, verdict=rq.Verdict.APPROVE)
    by = scene.actor(focal, max(at, scene.at))
    yield from scene.planned(_id("out of turn", gate.id), at - timedelta(hours=5), by, request, refused=True)


def _taking_back(scene: Scene) -> Iterator[Planned]:
    """A first decision is taken back now and then, while the other seat has not decided."""
    for gate in scene.state.open_gates():
        if not gate.votes or gate.asked_by is not None:
            continue
        vote = gate.votes[-1]
        if vote.on_behalf_of is not None or scene.chance("take back", gate.id).random() >= 0.05:
            continue
        holder = scene.state.holder(vote.person, scene.at)
        if holder is not None:
            about = ("take_back", gate.id, vote.seat)
            when = scene.after(holder, vote.at, 0.2, 2, *about)
            yield from scene.planned(_id(*about), when, holder, rq.TakeBack(gate=gate.code))


def _late_objections(scene: Scene) -> Iterator[Planned]:
    """Some who let a gate be settled by silence say something afterwards."""
    for gate in scene.state.gates:
        if not gate.silent or gate.settled is None or scene.state.latest_gate(gate.code) != gate:
            continue
        spoken = [vote.seat for vote in (*gate.votes, *gate.late)]
        for place, seat in enumerate(gate.seats):
            about = ("late", gate.id, place)
            if place in spoken or scene.chance(*about).random() >= 0.3 or scene.unreachable(seat.side):
                continue
            holder = _sitter(scene, gate, seat)
            if holder is None:
                continue
            remark = scene.text("late_objection", holder, *about)
            request = rq.Decide(
                gate=gate.code, version=gate.version, verdict=rq.Verdict.RETURN, remark=remark.hash
            )
            when = scene.after(holder, gate.settled, 3, 20, *about)
            yield from scene.planned(_id(*about), when, holder, request, remark)


# smaller things


def _answering(scene: Scene, task: Task) -> Iterator[Planned]:
    gate = task.gate
    assert gate is not None and gate.asked_at is not None
    holder = _maker(scene, task.seat.model_copy(update={"person": None}))
    if task.seat.person is not None:
        holder = scene.state.holder(task.seat.person, scene.at) or holder
    if holder is None:
        return
    about = ("answer", gate.id, len(gate.clock.spans))
    reply = reply_to(scene, holder, task, *about)
    yield from ringing_up(scene, task, reply, *about)
    if reply.at is not None:
        answer = scene.text("answer", holder, *about)
        yield from scene.planned(
            _id(*about), reply.at, holder, rq.Answer(gate=gate.code, answer=answer.hash), answer
        )


def _advising(scene: Scene, task: Task) -> Iterator[Planned]:
    gate = task.gate
    assert gate is not None
    place = int(task.id.rsplit("/", 1)[1])
    holder = scene.state.holder(gate.advice[place].of, scene.at)
    if holder is None:
        return
    about = ("advise", gate.id, place)
    reply = reply_to(scene, holder, task, *about)
    yield from ringing_up(scene, task, reply, *about)
    if reply.at is not None:
        answer = scene.text("advice", holder, *about)
        given = rq.GiveAdvice(gate=gate.code, answer=answer.hash)
        yield from scene.planned(_id(*about), reply.at, holder.in_person(), given, answer)


_LAST_MINUTE = timedelta(days=6)
"""So long before a session nobody bothers to answer any more."""
_STEPS = {
    "invite": (SessionStep.INVITED, "agenda"),
    "attend": (SessionStep.CONFIRMED, ""),
    "minutes": (SessionStep.MINUTED, "minutes"),
    "agree_minutes": (SessionStep.AGREED, ""),
}


def _of_a_session(scene: Scene, task: Task) -> Iterator[Planned]:
    """The invitation before it begins, the answers of both sides, the minutes and the agreement to them."""
    step, words = _STEPS[task.what]
    holder = _maker(scene, task.seat) if task.seat.side in SIDES else scene.holder(Role.CLUSTER_MANAGER)
    if holder is None or task.when is None or task.clock is None:
        return
    about = (task.what, task.subject, task.seat.side.value, task.clock.id)
    reply = reply_to(scene, holder, task, *about)
    yield from ringing_up(scene, task, reply, *about)
    if reply.at is None or (
        task.what in ("invite", "attend") and max(reply.at, scene.at) >= task.when - _LAST_MINUTE
    ):
        return
    text = scene.text(words, holder, *about) if words else None
    request = rq.StepSession(code=task.subject, step=step, text=text.hash if text else None)
    yield from scene.planned(_id(*about), reply.at, holder, request, *([text] if text else []))


def _confirming(scene: Scene, task: Task) -> Iterator[Planned]:
    """The team leader, else another operator, confirms what one operator proposed; now and then not."""
    number = int(task.id.rsplit("/", 1)[1])
    proposal = scene.state.proposal(number)
    assert proposal is not None
    barred = {proposal.by.person, proposal.by.on_behalf_of}
    if isinstance(proposal.matter, rq.SettleGate):
        gate = scene.state.latest_gate(proposal.matter.gate)
        barred.update(scene.state.makers_of(gate.stage) if gate else ())
    seconds = (*scene.holders(Role.TEAM_LEADER), *scene.holders(Role.OPERATOR))
    second = next((held for held in seconds if held.person not in barred), None)
    if second is None:
        return
    about = ("confirm", number)
    when = scene.after(second, proposal.at, 0.5, 5, *about)
    if _declined(scene, proposal, second, when):
        remark = scene.text("remark", second, *about)
        declined = rq.Decline(proposal=number, remark=remark.hash)
        yield from scene.planned(_id("decline", number), when, second, declined, remark)
    else:
        yield from scene.planned(_id(*about), when, second, rq.Confirm(proposal=number))


def _declined(scene: Scene, proposal: Proposal, second: Holder, when: datetime) -> bool:
    """What cannot be done any more is declined, and a first waiver now and then all the same."""
    at = max(when, scene.at)
    try:
        effects(scene.state, proposal.matter, scene.actor(second, at), at)
    except Refusal:
        return True
    unwilling = scene.chance("decline", proposal.number).random() < 0.15
    return unwilling and proposal.number == 1 and isinstance(proposal.matter, rq.Waive)

"""Where everything stands, as flat rows: a projection of one entity's state and nothing else."""

from __future__ import annotations

from typing import Any

from domain.gates import Gate
from domain.living import Entity
from domain.partnership import Partnership
from domain.tasks import Task, tasks_of
from domain.values import Side, UtcTime, Value


class EntityRecord(Value):
    """Any entity as one row; `facts` are those of its kind, as JSON values."""

    entity: str
    kind: str
    code: str
    programme: str
    title: str
    cluster: str
    stage: str
    """Where it stands, for people."""
    status: str
    """`running`, `on_hold`, `suspended`, or how it ended."""
    overdue: int
    founded: UtcTime
    facts: dict[str, Any]


class PartnershipRecord(Value):
    entity: str
    code: str
    programme: str
    component: str
    mode: str
    cluster: str
    eu_member: str
    eu_country: str
    cn_member: str
    stage: str
    """Where it stands, for people: the stages open, or how it ended."""
    status: str
    """`running`, `on_hold`, `suspended`, or one of the ends."""
    at_risk: bool
    overdue: int
    founded: UtcTime
    ends: UtcTime
    plan_adopted: UtcTime | None
    pilots_endorsed: int
    exchanges: int
    signed: UtcTime | None


class GateRecord(Value):
    entity: str
    gate: str
    stage: str
    title: str
    version: str
    opened: UtcTime
    due: UtcTime | None
    provisional: bool
    settled: UtcTime | None
    outcome: str | None
    silent: bool
    in_time: bool | None
    """Whether it was settled by its deadline; None while open."""
    decided: int
    seats: int


class TaskRecord(Value):
    """Who owes what since when; `due` is None while the clock stands still or for open-ended tasks."""

    entity: str
    task: str
    what: str
    subject: str
    owner_role: str
    owner_side: str
    owners: tuple[str, ...]
    """Person ids that may do it; empty where the role is vacant."""
    since: UtcTime
    due: UtcTime | None
    provisional: bool
    stopped: bool
    overdue: bool
    reminders: int
    ladder_stopped: str
    receipt: str


class AgreementRecord(Value):
    entity: str
    step: str
    since: UtcTime | None
    signing: UtcTime | None
    signed: UtcTime | None


class Records(Value):
    """All rows of one entity, in a fixed order."""

    standing: EntityRecord
    partnership: PartnershipRecord | None = None
    gates: tuple[GateRecord, ...]
    tasks: tuple[TaskRecord, ...]
    agreement: AgreementRecord | None = None


def records_of(state: Entity) -> Records:
    """The rows of a state; the same state always gives the same rows."""
    return Records(
        standing=standing_of(state),
        partnership=_partnership(state) if isinstance(state, Partnership) else None,
        gates=tuple(_gate(state, gate) for gate in state.gates),
        tasks=tuple(_task(state, task) for task in tasks_of(state)),
        agreement=_agreement(state) if isinstance(state, Partnership) else None,
    )


def standing_of(state: Entity) -> EntityRecord:
    """The row that entities of every kind have."""
    return EntityRecord(
        entity=state.entity,
        kind=state.entity.partition("/")[0],
        code=state.code,
        programme=state.programme,
        title=state.own_title(),
        cluster=state.own_cluster(),
        stage=state.standing(),
        status=state.status(),
        overdue=len(state.overdue),
        founded=state.founded,
        facts=state.own_record(),
    )


def _agreement(state: Partnership) -> AgreementRecord:
    return AgreementRecord(
        entity=state.entity,
        step=state.agreement.step.value,
        since=state.agreement.since,
        signing=state.agreement.signing,
        signed=state.agreement.signed,
    )


def _partnership(state: Partnership) -> PartnershipRecord:
    eu = state.member(Side.EU)
    return PartnershipRecord(
        entity=state.entity,
        code=state.code,
        programme=state.programme,
        component=state.component.value,
        mode=state.mode.value,
        cluster=state.cluster,
        eu_member=eu.name,
        eu_country=eu.country,
        cn_member=state.member(Side.CN).name,
        stage=state.standing(),
        status=state.status(),
        at_risk=state.at_risk is not None,
        overdue=len(state.overdue),
        founded=state.founded,
        ends=state.ends,
        plan_adopted=state.plan_adopted or (state.joint_plan.at if state.joint_plan is not None else None),
        pilots_endorsed=state.endorsed(),
        exchanges=len(state.exchanges),
        signed=state.agreement.signed,
    )


def _gate(state: Entity, gate: Gate) -> GateRecord:
    deadline = state.deadline(gate.clock) if gate.is_open and not state.ended else None
    due = deadline.at if deadline else gate.due
    return GateRecord(
        entity=state.entity,
        gate=gate.id,
        stage=gate.stage.value,
        title=gate.terms.title,
        version=gate.version,
        opened=gate.clock.start,
        due=due,
        provisional=deadline.provisional if deadline else False,
        settled=gate.settled,
        outcome=gate.outcome.value if gate.outcome else None,
        silent=gate.silent,
        in_time=None if gate.settled is None or gate.due is None else gate.settled <= gate.due,
        decided=len(gate.votes),
        seats=len(gate.seats),
    )


def _task(state: Entity, task: Task) -> TaskRecord:
    ladders = [ladder for ladder in state.ladders if ladder.task == task.id]
    return TaskRecord(
        entity=state.entity,
        task=task.id,
        what=task.what,
        subject=task.subject,
        owner_role=task.seat.role.value,
        owner_side=task.seat.side.value,
        owners=task.persons,
        since=task.since,
        due=task.deadline.at if task.deadline else None,
        provisional=task.deadline.provisional if task.deadline else False,
        stopped=task.stopped,
        overdue=task.id in state.overdue,
        reminders=sum(len(ladder.fired) for ladder in ladders),
        ladder_stopped=next((ladder.stopped for ladder in ladders if ladder.stopped), ""),
        receipt=f"{state.code}/{task.clock.id}" if task.clock else "",
    )

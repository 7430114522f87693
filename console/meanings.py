"""What the fields of deliverables mean, for forms, complaints and the printed lifecycle."""

from __future__ import annotations

import types
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from domain.deliverables import Deliverable
from domain.values import SIDES, Side, listed

SUPPLIED = ("kind", "version")
"""Fields of every deliverable that no form holds: the kind is known, the version is a hash of the document."""

_MEANINGS = {
    "scoping_report.topic": "the one specific topic, as a code such as digital-skills",
    "scoping_report.topics": "how many topics the report is about; one is wanted",
    "scoping_report.pages": "pages of the report; at most 6 are read",
    "scoping_report.summary_zh": "whether it has a Chinese summary",
    "scoping_report.fact_sheets": "the sides whose fact sheet is there; both are wanted",
    "scoping_report.baseline": "whether it has a baseline",
    "scoping_report.needs_and_offers": "whether it has the matrix of needs and offers",
    "scoping_report.risks": "how many risks it lists; at least 1",
    "scoping_report.red_flags": "red flags without an answer; 0 is wanted",
    "scoping_report.groups": "stakeholder groups identified on each side; at least 3 on each",
    "scoping_report.pilot_ideas": "how many pilot ideas it names; at least 1",
    "scoping_report.focal_points_confirmed": "the sides whose focal point is confirmed; both are wanted",
    "groups.eu": "stakeholder groups on the EU side",
    "groups.cn": "stakeholder groups on the Chinese side",
    "period.since": "first day",
    "period.until": "last day, included",
    "visit_report.mode": "how the visit was made",
    "visit_report.host": "the side that hosted it",
    "visit_report.period": "from the first to the last day of the visit",
    "visit_report.sessions": "how many working sessions were held; at least 1",
    "visit_report.participants_eu": "participants of the EU side",
    "visit_report.participants_cn": "participants of the Chinese side",
    "visit_report.women": "how many of all participants were women",
    "visit_report.attendance_evidence": "whether the attendance lists are there; without them nothing counts",
    "visit_report.agenda": "whether the agenda is there",
    "visit_report.cost_eur": "cost in euro, with cents as 1200.50",
    "visit_report.prior_approval": "whether the cost was approved before the mission",
    "visit_report.next_steps": "how many next steps were agreed; at least 1",
    "action_plan.period": "the time the plan covers",
    "action_plan.objectives": "codes of the objectives; each needs an action",
    "action_plan.actions": "the actions, each with an owner on both sides",
    "action_plan.goals": "Sustainable Development Goals served, by number",
    "action_plan.urban_agenda": "themes of the Urban Agenda served, as codes",
    "action_plan.challenges": "how many challenges it names",
    "action_plan.risks": "how many risks its table has; at least 1",
    "action_plan.summary_en": "whether it has an English summary",
    "action_plan.summary_zh": "whether it has a Chinese summary",
    "action_plan.sign_off_evidence": "whether the evidence of each side's sign-off is there",
    "action_plan.answered_comments": "comments of the round before that were answered",
    "action_plan.open_comments": "comments of the round before without an answer; 0 is wanted",
    "cluster_work_plan.year": "the year it is for",
    "cluster_work_plan.themes": "themes worked on, as codes; at least 1",
    "cluster_work_plan.sessions": "thematic sessions planned; 4 are wanted, one for each quarter",
    "cluster_work_plan.products": "knowledge products planned; at least 1",
    "cluster_work_plan.owners_named": "whether each item has somebody in charge",
    "cluster_work_plan.summary_en": "whether it has an English summary",
    "cluster_work_plan.summary_zh": "whether it has a Chinese summary",
    "action.code": "a code for the action, such as A1",
    "action.objective": "the code of the objective it serves",
    "action.owner_eu": "organisation that owns it on the EU side, by its code; never a person",
    "action.owner_cn": "organisation that owns it on the Chinese side, by its code; never a person",
    "action.period": "when it is carried out; within the plan's period",
    "action.cost_eur": "cost in euro; empty where it costs nothing",
    "action.funding": "the source of its cost, as a code; needed where it has one",
    "action.indicators": "how its success is measured; one with baseline and target is needed",
    "action.involves": "stakeholder groups it involves",
    "action.pilot_candidate": "whether it may become a pilot; at least one action may",
    "indicator.code": "a code for the indicator, such as I1",
    "indicator.has_baseline": "whether its baseline is known",
    "indicator.has_target": "whether its target is set",
    "pilot_fiche.pilot": "the kind of pilot",
    "pilot_fiche.owner_eu": "organisation that owns it on the EU side, by its code; never a person",
    "pilot_fiche.owner_cn": "organisation that owns it on the Chinese side, by its code; never a person",
    "pilot_fiche.action": "the action of the plan it carries out, by its code",
    "pilot_fiche.amount_eur": "amount in euro, with cents as 25000.00",
    "pilot_fiche.sources": "sources of its financing, as codes; needed where it has an amount",
    "pilot_fiche.public_private": "whether it is a public-private partnership",
    "pilot_fiche.state_aid_class": "whether it falls under the rules on state aid",
    "pilot_fiche.local_support_letter": "whether the letter of the local authority is there",
    "pilot_fiche.scores": "the screening criteria, 0 to 5 each; 60 of 100 weighted points pass",
    "pilot_fiche.due_diligence": "each check: true done, false it found something, empty not done yet",
    "due_diligence.lists_dated": "the date of the lists the organisations were checked against",
    "pilot_sheet.pilot": "the kind of pilot",
    "pilot_sheet.action": "the action of the plan it carries out, by its code",
    "pilot_sheet.owner_eu": "organisation that owns it on the EU side, by its code; never a person",
    "pilot_sheet.owner_cn": "organisation that owns it on the Chinese side, by its code; never a person",
    "pilot_sheet.local_support_letter": "whether the letter of the local authority is there",
    "pilot_sheet.amount": "what it costs",
    "amount.amount": "in quotes and with cents, as '25000.50'",
    "amount.currency": "currency by its three letters, such as EUR or CNY",
    "pilot_sheet.sources": "sources of its financing, as codes; needed where it has an amount",
    "pilot_sheet.public_private": "whether public and private pay for it by a contract (PPP)",
    "pilot_sheet.location": "where it is carried out, as a code such as hangzhou-xihu",
    "pilot_sheet.beneficiaries": "how many people it is for; at least 1",
    "pilot_sheet.risk_class": "how risky it is",
    "pilot_concept.period": "from the first to the last day of the implementation",
    "pilot_concept.indicators": "how many indicators it is measured by; at least 1",
    "pilot_concept.partners": "how many organisations carry it out; at least one of each side",
    "pilot_concept.permits_known": "whether the permits it needs are known",
    "pilot_concept.intellectual_property": "whether it was agreed to whom what is made belongs",
    "pilot_concept.summary_zh": "whether it has a Chinese summary",
    "pilot_report.results": "how many results are counted; at least 1",
    "pilot_report.results_with_evidence": "how many of them have evidence; all are wanted",
    "pilot_report.spent": "what was spent",
    "pilot_report.lessons": "how many lessons learned it holds; at least 1",
    "pilot_report.maintained_by": "organisation that looks after what was made, by its code",
    "result_sheet.counted_values": "how many results are counted",
    "result_sheet.values_with_evidence": "how many of them have evidence; all are wanted",
    "result_sheet.lessons": "how many lessons learned it holds; at least 1",
    "result_sheet.survey_answers": "answers to the closing survey",
    "result_sheet.publications": "how many publications there are",
    "result_sheet.visibility_checked": "whether the EU emblem and funding statement were checked",
    "result_sheet.handover_owner": "the sides that name an owner after the programme; both are wanted",
    "result_sheet.open_commitments": "commitments still open",
    "inception_report.period": "the time it reports on",
    "inception_report.narrative": "whether its narrative section is there",
    "inception_report.time_inputs": "whether the experts' time inputs are in its financial section",
    "inception_report.incidental_expenditure": "whether incidental expenditure is in its financial section",
    "inception_report.annexes": "how many annexes it has",
    "interim_report.period": "the time it reports on",
    "interim_report.narrative": "whether its narrative section is there",
    "interim_report.time_inputs": "whether the experts' time inputs are in its financial section",
    "interim_report.incidental_expenditure": "whether incidental expenditure is in its financial section",
    "interim_report.annexes": "how many annexes it has",
    "draft_final_report.period": "the time it reports on",
    "draft_final_report.narrative": "whether its narrative section is there",
    "draft_final_report.time_inputs": "whether the experts' time inputs are in its financial section",
    "draft_final_report.incidental_expenditure": "whether incidental expenditure is in its financial section",
    "draft_final_report.annexes": "how many annexes it has",
    "final_report.period": "the time it reports on",
    "final_report.narrative": "whether its narrative section is there",
    "final_report.time_inputs": "whether the experts' time inputs are in its financial section",
    "final_report.incidental_expenditure": "whether incidental expenditure is in its financial section",
    "final_report.annexes": "how many annexes it has",
    "inception_report.work_plan": "whether it has the work plan",
    "inception_report.approval_rules_agreed": "whether the rules of approval were agreed with the EU Delegation",
    "interim_report.number": "the how-manieth interim report it is",
    "interim_report.invoice": "the reference of its invoice",
    "interim_report.expenditure_verified": "whether the expenditure verification report is with it",
    "interim_report.indicators": "whether the indicators of its period are in",
    "draft_final_report.lessons": "how many lessons learned it holds; at least 1",
    "draft_final_report.indicators": "whether the indicators of the whole programme are in",
    "final_report.lessons": "how many lessons learned it holds; at least 1",
    "final_report.indicators": "whether the indicators of the whole programme are in",
    "final_report.invoice": "the reference of the final invoice",
    "final_report.expenditure_verified": "whether the expenditure verification report is with it",
}
"""By the model's name (or a deliverable's kind) and the field's; what is not in here is told from its name."""


@dataclass(frozen=True)
class Line:
    """A field as people meet it: its name, what it is, what may stand there, and whether it must."""

    name: str
    meaning: str
    allowed: str
    needed: bool
    default: Any
    inner: type[BaseModel] | None
    many: bool


def lines(model: type[BaseModel]) -> Iterator[Line]:
    """The fields of a deliverable (without those that are supplied) or of a part of one."""
    for name, field in model.model_fields.items():
        if issubclass(model, Deliverable) and name in SUPPLIED:
            continue
        annotation = _bare(field.annotation)
        many = get_origin(annotation) is tuple
        inner = _bare(get_args(annotation)[0]) if many else annotation
        yield Line(
            name=name,
            meaning=meaning(model, name, field),
            allowed=_allowed(field.annotation, field),
            needed=field.is_required(),
            default=None if field.is_required() else field.get_default(),
            inner=inner if isinstance(inner, type) and issubclass(inner, BaseModel) else None,
            many=many,
        )


def label(model: type[BaseModel]) -> str:
    """How a model is called in the table of meanings: a deliverable by its kind, a part by its own name."""
    if issubclass(model, Deliverable) and "kind" in model.model_fields and model is not Deliverable:
        return str(model.model_fields["kind"].default)
    return "".join(f"_{sign.lower()}" if sign.isupper() else sign for sign in model.__name__).lstrip("_")


def meaning(model: type[BaseModel], name: str, field: FieldInfo) -> str:
    # a document that is held to another's checklist has its fields too
    labels = [label(one) for one in model.__mro__ if issubclass(one, BaseModel) and one is not BaseModel]
    known = (_MEANINGS.get(f"{one}.{name}") for one in labels if one not in ("deliverable", "value"))
    return next((told for told in known if told), "") or field.description or name.replace("_", " ")


def _bare(annotation: Any) -> Any:
    """A type without its decoration and without None."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        elif get_origin(annotation) in (Union, types.UnionType):
            annotation = next(one for one in get_args(annotation) if one is not type(None))
        else:
            return annotation


def _limits(annotation: Any, field: FieldInfo | None) -> tuple[Any, Any]:
    """The least and the most a number may be, wherever in the type that is said."""
    least = most = None
    found: list[Any] = list(field.metadata) if field is not None else []
    while get_origin(annotation) in (Annotated, Union, types.UnionType):
        if get_origin(annotation) is Annotated:
            annotation, *more = get_args(annotation)
            for one in more:
                found += one.metadata if isinstance(one, FieldInfo) else [one]
        else:
            annotation = next(one for one in get_args(annotation) if one is not type(None))
    for one in found:
        least = getattr(one, "ge", least)
        most = getattr(one, "le", most)
    return least, most


def _allowed(annotation: Any, field: FieldInfo | None = None) -> str:
    bare = _bare(annotation)
    if get_origin(bare) is tuple:
        return f"a list of {_allowed(get_args(bare)[0])}"
    if not isinstance(bare, type):
        return ""
    if issubclass(bare, Side):  # the programme's own staff stand for neither side
        return listed([one.value for one in SIDES], "or")
    if issubclass(bare, StrEnum):
        return listed([one.value for one in bare], "or")
    if issubclass(bare, bool):
        return "true or false"
    if issubclass(bare, int):
        least, most = _limits(annotation, field)
        if most is not None and most <= 1000:
            return f"a whole number from {least or 0} to {most}"
        return "a whole number"
    for kind, words in ((Decimal, "an amount such as 1200.50"), (date, "a day such as 2022-05-01")):
        if issubclass(bare, kind):
            return words
    if issubclass(bare, BaseModel):
        return listed([one.name for one in lines(bare)])
    return "a code"

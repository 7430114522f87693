"""The lifecycle as a page for people, written from the code that lives by it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from pydantic import BaseModel

from console import meanings
from domain.clusters.steps import CLUSTER_STEPS, cluster_terms
from domain.pilots.facts import LISTS, MUSTS, WEIGHTS, CheckItem
from domain.pilots.steps import CHECKED, PILOT_STEPS
from domain.programmes.state import PACK
from domain.programmes.steps import CUT_OFFS, REPORTS
from domain.stages import LIFECYCLE, default_terms
from domain.stages.step import Step
from domain.staging import CONDITIONS, conditions_of
from domain.terms import GateTerms, PilotTerms, ProgrammeTerms, Reach, Rung, Silence, Terms
from domain.values import POLITICAL, Refusal, listed
from domain.visits.steps import STEPS as VISIT_STEPS
from domain.visits.visit import visit_terms

app = typer.Typer(invoke_without_command=True, help="Write the pages of docs/ that are made from the code.")

_ORGANISERS = "operator or cluster manager"
_SIDES = "focal point or deputy"
_CONDITIONS = {
    "focal_points_named": "both sides have a focal point",
    "scoping_passed": "scoping is passed",
    "evidenced_exchange": "an exchange with evidence is on record",
    "plan_adopted": "the action plan is adopted, its own or the joint one of a cluster",
    "cluster_active": "the cluster is active",
    "nothing_else_open": "no other stage is under way",
    "before_cut_off": "the last day to open it is not over",
    "screened": "the fiche has passed the screening panel",
    "implementing": "the pilot is being implemented",
}
_REACHES = {
    Reach.RECIPIENT: "whoever owes it",
    Reach.SUPERIOR: "their deputy as well",
    Reach.TEAM_LEADER: "the team leader as well",
    Reach.AUTHORITY: "the secretariat decides whether to write to the authority by hand",
}


@app.callback()
def pages(
    ctx: typer.Context,
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="The folder of the pages.")] = Path("docs"),
) -> None:
    if ctx.invoked_subcommand is not None:
        return
    page = to / "lifecycle.md"
    try:
        page.write_text(lifecycle_page(), encoding="utf-8")
    except OSError as error:
        raise Refusal(f"cannot write {page}: {(error.strerror or str(error)).lower()}") from None
    print(f"wrote {page}")


@app.command()
def lifecycle() -> None:
    """Print docs/lifecycle.md: stages, deliverables, conditions, gates, ladder."""
    print(lifecycle_page(), end="")


def lifecycle_page() -> str:
    """The page in Markdown; the same code gives the same page."""
    return "\n".join(_page(default_terms())).rstrip() + "\n"


def _page(terms: Terms) -> Iterator[str]:
    yield "# The lifecycle of a partnership"
    yield ""
    yield "<!-- Written by `tandem docs lifecycle` (make docs) from domain/stages: change the code, not this page. -->"
    yield ""
    yield "Stages in their usual order. Order is not fixed: a stage opens when its conditions hold, several may be"
    yield "open at once, and two persons may waive a condition. Durations are the default terms, which travel with"
    yield "each partnership. *Joint working days* are worked in both members' countries, *own working days* in the"
    yield "country of whoever owes."
    yield ""
    yield "| stage | hands in | by | time | gates | last opening |"
    yield "|---|---|---|---|---|---|"
    for step in LIFECYCLE:
        gates = ", ".join(gate.code for gate in step.terms.gates)
        last = f"{step.terms.last_opening} days before the end" if step.terms.last_opening else "the end"
        yield (
            f"| [{step.stage.words}](#{step.stage.words.replace(' ', '-')}) | {_kind(step)} | {_makers(step)} | "
            f"{step.terms.submit} | {gates} | {last} |"
        )
    for step in LIFECYCLE:
        yield ""
        yield from _stage(step)
    yield ""
    yield from _sessions(terms)
    yield from _ladder(terms)
    yield ""
    yield from _cut_offs(terms)
    yield ""
    yield from _other_times(terms)
    yield ""
    yield from _visits(visit_terms(terms))
    yield from _pilots()
    yield ""
    yield from _clusters(cluster_terms(terms))
    yield ""
    yield from _reports()


def _pilots() -> Iterator[str]:
    """A pilot's own stages, and what runs beside them."""
    rules = PilotTerms()
    yield "## Pilots"
    yield ""
    yield "A pilot is an entity of its own, begun from an action of a partnership's adopted plan, with its people and"
    yield "rules. It comes from an idea to fiche, screening, concept, due diligence, endorsement, financing sought,"
    yield "agreed, implementing, completed and replicated; it may be parked, rejected, dropped (with the reason as a"
    yield "code and in words) or transferred to an owner after the programme."
    yield ""
    yield "| what | rule |"
    yield "|---|---|"
    yield f"| screening | the panel's scores, weighted; {rules.pass_mark} of 100 points and no zero on a must pass |"
    weights = [f"{name.replace('_', ' ')} {weight}" for name, weight in WEIGHTS.items()]
    yield f"| weights | {listed(weights)} |"
    yield f"| musts | {listed([name.replace('_', ' ') for name in MUSTS])} |"
    yield f"| due diligence | {listed([item.words for item in CheckItem])}, each within {rules.checks} |"
    yield (
        f"| a check counts | {rules.valid_for} calendar days, from the day of the list for "
        f"{listed([item.words for item in LISTS])} |"
    )
    yield f"| due diligence is needed | at gates {listed(CHECKED)}, and to begin the implementation |"
    yield f"| quarterly note | every {rules.note_every} months, within {rules.note} |"
    yield f"| parking is looked at | after {rules.silent} quarters without a note |"
    for step in PILOT_STEPS:
        yield ""
        yield from _stage(step)


def _visits(terms: Terms) -> Iterator[str]:
    """The study visit as an entity of its own: its papers, and its timetable by direction."""
    rules = terms.visits
    assert rules is not None
    yield "## Study visits that serve many partnerships"
    yield ""
    yield "A visit is an entity of its own (`tandem visit`): one delegation, several hosts, many partnerships. Its"
    yield "steps are counted back in calendar days from its first day, and on from its last one; each is a task with"
    yield f"its ladder. A group of Chinese officials has at most {rules.group_max} people and is cleared by its own"
    yield f"authority; the invitation is the host's own. It is made while at least {rules.represented} per cent of the"
    yield f"partnerships are represented; after {rules.postponed} postponements it is reviewed, after"
    yield f"{rules.postponed + 1} made without travelling or not at all; its last day is at least {rules.last_day} days"
    yield f"before the programme's end. Its travel data go {rules.purge} days after its last day, made or planned, or"
    yield "its cancellation, by themselves, also while it is suspended or on hold, and that is an entry."
    yield ""
    yield "| step | from China to Europe | from Europe to China | owed by | once for each |"
    yield "|---|---|---|---|---|"
    yield f"| concept note | T-{rules.concept[0]} | T-{rules.concept[1]} | operator | visit |"
    for dated in rules.timetable:
        name = dated.step.replace("_", " ")
        after = f"E + {dated.after}" if dated.after is not None else ""
        to_eu = after or (f"T-{dated.cn_to_eu}" if dated.cn_to_eu is not None else "–")
        to_cn = ("–" if dated.cleared else after) or (
            f"T-{dated.eu_to_cn}" if dated.eu_to_cn is not None else "–"
        )
        yield f"| {name} | {to_eu} | {to_cn} | {dated.seat.value} | {dated.per.value} |"
    yield f"| readiness note | T-{rules.readiness} | T-{rules.readiness} | operator | visit |"
    yield f"| mission report | E + {rules.report} | E + {rules.report} | operator | visit |"
    yield ""
    for step in VISIT_STEPS:
        yield from _stage(step, "by its day in the timetable")
        yield ""


def _reports() -> Iterator[str]:
    rules = ProgrammeTerms()
    yield "# The reports of a programme"
    yield ""
    yield "A programme is an entity of its own, with the stages below instead. They begin by themselves: the"
    yield f"inception report so that it is there {rules.inception} months after the start, an interim report every"
    yield f"{rules.interim} months (once the one before is approved), the draft final report so that it is there at"
    yield "E-30, the final report at the end E. The approval of the final report closes the programme."
    yield ""
    yield "The Delegation's silence approves nothing by itself. Once its time is over, the contractor may ask in"
    yield f"writing for acceptance (`ask-acceptance`); {rules.acceptance} later, without an answer, the report counts"
    yield "as approved, and the gate keeps the basis. A formal question stops either time. The basis is:"
    yield f"*{rules.basis}*."
    for step in REPORTS:
        yield ""
        yield from _stage(step)
    yield ""
    yield "## The cut-off cascade"
    yield ""
    yield f"Within {rules.objection} of a cut-off it may be objected to (`object-cut-off`); the team leader answers."
    yield ""
    yield "| cut-off | what it is the last day of |"
    yield "|---|---|"
    for name, days in CUT_OFFS:
        yield f"| E-{days} | {name} |"
    yield "| E | all partnerships closed or cut off |"
    yield f"| E+{rules.pack} | {PACK} |"


def _kind(step: Step) -> str:
    return meanings.label(step.deliverable).replace("_", " ")


def _makers(step: Step) -> str:
    return listed([str(seat) for seat in step.terms.makers], "or")


def _stage(step: Step, due: str | None = None) -> Iterator[str]:
    """A stage of any kind; `due` where its first version is not due some time after it opened."""
    terms = step.terms
    yield f"## {step.stage.words.capitalize()}"
    yield ""
    told = [
        f"{_CONDITIONS.get(name, name.replace('_', ' '))} (`{name}`)" for name in conditions_of(step.stage)
    ]
    yield f"Opens when {listed(told)}."
    rounds = f"at most {terms.max_rounds} rounds, then the secretariat settles how it goes on"
    first = due or f"within {terms.submit}"
    yield f"The {_kind(step)} is handed in by the {_makers(step)} {first}; a returned one again within"
    yield f"{terms.revise}; {rounds}."
    if terms.shortened is not None:
        yield f"After a member was replaced: within {terms.shortened}."
    if terms.at_risk_after is not None:
        yield f"Unfinished {terms.at_risk_after} calendar days after opening, it flags the partnership as at risk."
    if step.repeats:
        yield "It may open again after it was passed."
    if step.ends:
        yield "Its last gate closes the partnership."
    yield ""
    yield "| gate | question | decided by | rule | time | silence |"
    yield "|---|---|---|---|---|---|"
    for gate in terms.gates:
        deciders = ", ".join(str(seat) for seat in gate.seats)
        if gate.of_members:
            deciders = f"of each member: {deciders}"
        yield f"| {gate.code} | {gate.title} | {deciders} | {_rule(gate)} | {gate.allowance} | {_silence(gate)} |"
    yield ""
    yield f"### What the {_kind(step)} holds"
    yield ""
    yield "| field | what it is | what may stand there | needed |"
    yield "|---|---|---|---|"
    yield from _fields(step.deliverable, "")


def _rule(gate: GateTerms) -> str:
    seats = len(gate.seats)
    if seats == 1:
        return "the one decider"
    if gate.needed is None or gate.needed == seats:
        return "all"
    return "any one" if gate.needed == 1 else f"{gate.needed} of {seats}"


def _silence(gate: GateTerms) -> str:
    if gate.silence is Silence.DEEMED:
        return f"deemed approved: {gate.basis}"
    if gate.silence is Silence.LAPSES:
        return "lapses; the stage goes on" if gate.goes_on else "lapses"
    return "never counts"


def _fields(model: type[BaseModel], before: str) -> Iterator[str]:
    for field in meanings.lines(model):
        name = f"{before}{field.name}"
        allowed = field.allowed if field.inner is None else ("a list" if field.many else "")
        yield f"| `{name}` | {field.meaning} | {allowed} | {'yes' if field.needed else ''} |"
        if field.inner is not None:
            yield from _fields(field.inner, f"{name}[]." if field.many else f"{name}.")


def _sessions(terms: Terms) -> Iterator[str]:
    rules = terms.sessions
    if rules is None:
        return
    yield "## Working sessions"
    yield ""
    yield "Beside the stages, at any time. What is counted back from the session is due no earlier than it was set."
    yield ""
    yield "| step | by | time |"
    yield "|---|---|---|"
    yield f"| planned, or moved with the reason (`plan-session`) | {_ORGANISERS} | |"
    yield f"| invited, with the agenda (`session-step invited`) | {_ORGANISERS} | {rules.invite} before it |"
    yield f"| answered, by each side (`session-step confirmed`) | {_SIDES} | {rules.answer} before it |"
    yield f"| held, with the attendance (`record-exchange`) | {_ORGANISERS} | {rules.report} after it |"
    yield f"| minuted (`session-step minuted`) | {_ORGANISERS} | {rules.minutes} after the record |"
    agreed = "agreed to, by each side (`session-step minutes_agreed`)"
    yield f"| {agreed} | {_SIDES} | {rules.agree} after the minutes |"
    yield f"| cancelled, with the reason (`session-step cancelled`) | {_ORGANISERS} | |"
    yield ""
    yield f"A partnership in which no session was held for {rules.dormant} calendar days since its kick-off or the"
    yield f"last one is dormant, and the secretariat plans one; after {rules.review} days how it goes on is to be"
    yield "settled. Days on hold do not count, and none is expected once closing has begun."
    yield ""


def _ladder(terms: Terms) -> Iterator[str]:
    yield "## Reminders"
    yield ""
    political = listed([role.value.replace("_", " ") for role in POLITICAL])
    yield f"Sent at {terms.remind_at_hour:02}:00 where the recipient lives, on a working day there, until the recipient"
    yield f"acts or is reached by phone. The political level ({political}) is never written to automatically: its"
    yield "focal point is asked to bring the matter to it."
    yield ""
    yield "| when | reaches |"
    yield "|---|---|"
    for rung in terms.ladder:
        yield f"| {_when(rung)} | {_REACHES[rung.reach]} |"


def _when(rung: Rung) -> str:
    if rung.offset == 0:
        return "on the due day"
    side = "before" if rung.offset < 0 else "after"
    return f"{abs(rung.offset)} working days {side} the due day"


def _cut_offs(terms: Terms) -> Iterator[str]:
    yield "## Cut-offs"
    yield ""
    yield "Counted back from the programme's end; a no-cost extension moves all of them."
    yield ""
    yield "| days before the end | cut-off |"
    yield "|---|---|"
    for name, days in terms.cut_offs:
        yield f"| {days} | {name} |"


def _other_times(terms: Terms) -> Iterator[str]:
    yield "## Other times"
    yield ""
    yield "| for | time |"
    yield "|---|---|"
    yield f"| answering a formal question (the gate's clock stands still) | {terms.answer} |"
    yield f"| giving advice | {terms.advise} |"
    yield f"| confirming a proposal as the second person | {terms.confirm} |"
    yield f"| a step that waits for the secretariat | {terms.operate} |"
    yield f"| naming a successor | {terms.successor} |"
    yield f"| reviewing a hold | {terms.hold_review} calendar days |"
    yield f"| signing an agreement, from its first step | {terms.agreement_target} calendar days |"
    yield f"| asking for an extension at the latest | {terms.latest_extension_request} calendar days before the end |"


def _clusters(terms: Terms) -> Iterator[str]:
    rules = terms.clusters
    if rules is None:
        return
    yield "# The lifecycle of a cluster"
    yield ""
    yield "A cluster is *forming* until both sides of each of its partnerships have consented and they are at least"
    yield f"{rules.entities} cities or regions of both sides; then it is *active*. Those asked have {rules.consent}."
    yield f"It is reviewed every {rules.review} calendar days by its cluster manager, else by the secretariat. A city"
    yield "or region is a core member of at most two clusters. Members join and leave with consent and a reason, but"
    yield "not while a version is being decided on by the members of now. A partnership merges into its cluster when"
    yield "both its partners consented there (`ask-merger`, `consent`) and two persons close it (`propose merge` in the"
    yield "partnership): what was open in it is then on record in the cluster."
    yield ""
    yield "A split is the reverse: the cluster manager, the team leader or an operator asks (`ask-split`), and both"
    yield "sides of the partnership consent. A member then leaves; one that was merged goes on in a partnership of its"
    yield "own, which the secretariat founds from it (`split`): kicked off at once where the old one had passed"
    yield "scoping, with what was open given back. A partner that wishes to leave says so for its side (`leave`), and"
    yield "the other side is asked; the secretariat records a text of both."
    yield ""
    yield "Joint sessions follow the rules of working sessions, answered by both sides of each member; a session with"
    yield "evidence is an exchange of every member of which both sides were there, and counts once."
    for step in CLUSTER_STEPS:
        yield ""
        yield from _stage(step)


def conditions() -> tuple[str, ...]:
    """Every condition this page has words for: a test compares them with the rules."""
    return tuple(name for name in CONDITIONS if name in _CONDITIONS)

"""Carrying a pilot out: its due diligence, its money, its agreement and beginning, the notes of its quarters."""

from __future__ import annotations

from datetime import UTC, datetime, time

from domain import events as ev
from domain import requests as rq
from domain.life import SECRETARIAT
from domain.pilots.facts import LISTS, CheckItem, PilotKind, PilotStep, SourceState
from domain.pilots.screening import checked
from domain.pilots.state import PilotState
from domain.standing import acting, day, not_the_maker, only
from domain.tasks import OPERATOR
from domain.terms import Stage, calendar_days
from domain.values import Actor, Refusal, Role, listed

S = PilotState
Events = tuple[ev.AnyEvent, ...]
_OWNERS = (Role.FOCAL_POINT, Role.DEPUTY)


def record_check(state: S, request: rq.RecordCheck, by: Actor, at: datetime) -> Events:
    acting(state, by, at)
    only(by, "record a check of the due diligence", state.rules.checker.role, Role.OPERATOR)
    for stage in (Stage.PILOT_FICHE, Stage.PILOT_CONCEPT):
        for person in (by.person, by.on_behalf_of):
            if person is not None:
                not_the_maker(state, stage, person)
    if state.stage(Stage.PILOT_CONCEPT) is None:
        raise Refusal(f"{state.code} is checked once its fiche has passed the screening panel (gate P6)")
    if state.completed is not None:
        raise Refusal(f"{state.code} was completed on {day(state.completed)}; nothing is checked any more")
    _listed(state, request, at)
    return (
        ev.CheckRecorded(
            at=at,
            by=by,
            item=request.item,
            result=request.result,
            listed_on=request.listed_on,
            evidence=request.evidence,
        ),
    )


def _listed(state: S, request: rq.RecordCheck, at: datetime) -> None:
    """What is looked up in a list has the day of that list, and others have none."""
    words = request.item.words
    if request.item not in LISTS:
        if request.listed_on is not None:
            names = listed([item.words for item in LISTS])
            raise Refusal(f"{words} is not looked up in a list; a day of a list goes with {names}")
        return
    if request.listed_on is None:
        raise Refusal(f"{words} is looked up in a list: say of which day that was (--listed)")
    older = (at.date() - request.listed_on).days
    if older < -1:  # lists are dated where they are made, and the day begins in Beijing first
        raise Refusal(f"a list of {request.listed_on} is still to come; the day of the list used is wanted")
    if older >= state.rules.valid_for:
        raise Refusal(
            f"the list of {request.listed_on} is more than {state.rules.valid_for} days old and would count "
            f"for nothing; look {words} up in a newer one"
        )


def record_source(state: S, request: rq.RecordSource, by: Actor, at: datetime) -> Events:
    acting(state, by, at)
    only(by, "record a source of financing", Role.OPERATOR, *_OWNERS)
    _endorsed(state, "financing is sought")
    if state.completed is not None:
        raise Refusal(f"{state.code} was completed on {day(state.completed)}; its financing is settled")
    source = request.source
    if not source.amount.amount:
        raise Refusal(f"source {source.code} gives nothing; one that gives something has an amount")
    if source.state is SourceState.COMMITTED and source.evidence is None:
        raise Refusal(
            f"that source {source.code} has committed itself counts only with its evidence (--evidence)"
        )
    known = state.source(source.code)
    if known == source:
        raise Refusal(f"source {source.code} is on record just so; nothing would change")
    return (ev.SourceRecorded(at=at, by=by, source=source),)


def step(state: S, request: rq.StepPilot, by: Actor, at: datetime) -> Events:
    acting(state, by, at)
    only(by, "take a pilot a step further", *SECRETARIAT)
    taken = ev.PilotStepTaken(
        at=at, by=by, step=request.step, text=request.text, until=request.until, where=request.where
    )
    match request.step:
        case PilotStep.AGREED:
            _agreed(state, request)
            return (taken,)
        case PilotStep.IMPLEMENTING:
            return (taken, _begun(state, request, by, at))
        case PilotStep.REPLICATED:
            _replicated(state, request)
            return (taken,)


def _agreed(state: S, request: rq.StepPilot) -> None:
    _endorsed(state, "the agreement on it is recorded")
    if state.agreed is not None:
        raise Refusal(f"the agreement on {state.code} is on record since {day(state.agreed)}")
    if request.text is None:
        raise Refusal("an agreement is recorded with its text (--text or --text-file)")
    if state.pilot is PilotKind.INVESTMENT and not state.financed():
        raise Refusal(
            f"{state.code} is an investment, and none of its sources has committed itself yet; "
            "one that has is recorded first (record-source)"
        )


def _begun(state: S, request: rq.StepPilot, by: Actor, at: datetime) -> ev.StageOpened:
    """The stage of the completion report, which is due when the pilot is to be over."""
    if state.began is not None:
        raise Refusal(f"{state.code} is being implemented since {day(state.began)}")
    if state.agreed is None:
        raise Refusal(f"{state.code} begins once the agreement on it is on record (pilot-step agreed)")
    if request.until is None:
        raise Refusal("say until when it is to be carried out (--until)")
    over = datetime.combine(request.until, time(), UTC)
    if over <= at:
        raise Refusal(f"it cannot be over on {request.until}; a day to come is wanted")
    if over > state.ends:
        raise Refusal(
            f"the programme ends on {day(state.ends)}; what is to last until {request.until} goes on with an "
            "owner of its own after that (transfer), and its part in the programme ends with it"
        )
    checked(state, at, f"{state.code} does not begin")
    terms = state.terms.stage(Stage.PILOT_COMPLETION)
    allowance = calendar_days((over.date() - at.date()).days)
    clock = state.clock_for(f"submit.{terms.stage.value}/1", allowance, terms.makers, at)
    return ev.StageOpened(at=at, by=by, stage=terms.stage, clock=clock)


def _replicated(state: S, request: rq.StepPilot) -> None:
    if state.completed is None:
        raise Refusal(f"{state.code} is repeated elsewhere once it is completed (gate P8)")
    if request.where is None or request.text is None:
        raise Refusal("say where it was repeated, by a code (--where), and the evidence for it (--text)")
    if any(one.where == request.where for one in state.replications):
        raise Refusal(f"that it was repeated at {request.where} is on record already")


def _endorsed(state: S, what: str) -> None:
    if state.endorsed is None:
        raise Refusal(f"{what} once both sides have endorsed {state.code} (gate P7)")


def note_progress(state: S, request: rq.NoteProgress, by: Actor, at: datetime) -> Events:
    acting(state, by, at)
    only(by, "give a note on a quarter", *_OWNERS)
    if state.began is None:
        raise Refusal(f"{state.code} is not being implemented yet, so no quarter of it is over")
    if state.completed is not None:
        raise Refusal(
            f"{state.code} was completed on {day(state.completed)}; its report took the notes' place"
        )
    owed = [held.quarter for held in state.notes if held.given is None]
    if request.quarter is not None and (known := state.note(request.quarter)) and known.given is not None:
        raise Refusal(f"the note of quarter {request.quarter} was given on {day(known.given)}")
    if not owed or (request.quarter is not None and request.quarter not in owed):
        wanted = listed([str(one) for one in owed]) or "none"
        raise Refusal(
            f"a quarter's note is given once the quarter is over; owed now: {wanted}, and the next quarter is over on "
            f"{day(state.quarter_over(len(state.notes) + 1))}"
        )
    quarter = request.quarter or owed[0]
    unnamed = request.quarter is None
    return (ev.ProgressNoted(at=at, by=by, quarter=quarter, text=request.text, earliest=unnamed),)


def dues(state: S) -> list[tuple[datetime, str]]:
    """When a pilot's calendar speaks up by itself, and a name for what of."""
    if state.on_hold:
        return []
    found = [(when, "checks") for when in _to_ask(state).values()]
    if state.began is not None and state.completed is None:
        # whoever owes as many as make the secretariat look at it is asked for no further ones
        if sum(1 for held in state.notes if held.given is None) < state.rules.silent:
            quarter = len(state.notes) + 1
            found.append((state.quarter_over(quarter), f"note:{quarter}"))
        if not state.silent_told:
            found.append((state.silent_until(), "notes_missing"))
    return found


def words(state: S, name: str, when: datetime) -> Events:
    """What it says when that time has come."""
    what, _, about = name.partition(":")
    rules = state.rules
    match what:
        case "checks":
            occasion = state.occasion()
            assert occasion is not None
            items = tuple(item for item, due in _to_ask(state).items() if due <= when)
            name = f"checks/{occasion[0]}/{day(when)}"
            clock = state.clock_for(name, rules.checks, (rules.checker,), when)
            return (ev.ChecksAsked(at=when, about=occasion[0], items=items, clock=clock),)
        case "note":
            makers = state.terms.stage(Stage.PILOT_COMPLETION).makers
            clock = state.clock_for(f"note/{about}", rules.note, makers, when)
            return (ev.NoteAsked(at=when, quarter=int(about), clock=clock),)
        case _:
            clock = state.clock_for("notes_missing", state.terms.operate, (OPERATOR,), when)
            return (ev.NotesMissing(at=when, quarters=rules.silent, clock=clock),)


def _to_ask(state: S) -> dict[CheckItem, datetime]:
    """The items that an occasion needs and nobody has been asked for, and when each is to be asked for."""
    occasion = state.occasion()
    if occasion is None:
        return {}
    about, since = occasion
    known = [one.item for one in state.asked if one.about == about]
    found: dict[CheckItem, datetime] = {}
    for item in CheckItem:
        if item in known:
            continue
        held = state.check(item)
        good = held is not None and held.result.passes
        found[item] = max(since, state.valid_until(held)) if good and held is not None else since
    return found

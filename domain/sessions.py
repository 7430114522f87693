"""Working sessions, the heartbeat of a partnership: planned, answered by both sides, held, minuted, agreed to."""

from __future__ import annotations

from datetime import datetime

from domain import events as ev
from domain import requests as rq
from domain.clocks import Allowance, Clock
from domain.entity import StageStatus
from domain.requests import ExchangeMode
from domain.requests import SessionStep as Step
from domain.standing import acting, day, only
from domain.state import Meeting, PartnershipState, Session
from domain.tasks import OPERATOR
from domain.terms import Seat, SessionTerms, Stage
from domain.values import Actor, Refusal, Role, TextHash, listed

S = Meeting
Events = tuple[ev.AnyEvent, ...]

_ORGANISERS = (Role.OPERATOR, Role.CLUSTER_MANAGER)
_PARTNERS = (Role.FOCAL_POINT, Role.DEPUTY)
_WORDS = {
    Step.PLANNED: "planned",
    Step.INVITED: "invited to",
    Step.CONFIRMED: "answered",
    Step.HELD: "held",
    Step.MINUTED: "minuted",
}


def terms_of(state: S) -> SessionTerms:
    """The rules of sessions; the usual ones where the terms are from before there were any."""
    return state.terms.sessions or SessionTerms()


def plan_session(state: S, request: rq.PlanSession, by: Actor, at: datetime) -> Events:
    acting(state, by, at)
    only(by, "plan a session", *_ORGANISERS)
    known = state.session(request.code)
    if request.starts <= at:
        raise Refusal(
            f"a session is planned for a time to come, and {request.starts:%Y-%m-%d %H:%M} UTC is over; "
            f"one that was held is recorded with {state.records_with}"
        )
    if request.starts >= state.ends:
        raise Refusal(
            f"the programme ends on {day(state.ends)}; a session on {day(request.starts)} is too late"
        )
    travel_possible(state, request.mode, request.starts, "can")
    if known is None:
        if state.held_on(request.code) is not None:
            raise Refusal(
                f"exchange {request.code} is on record already; a new session has a code of its own"
            )
    else:
        if not known.ahead:
            raise Refusal(f"{_stands(state, known)}; a new session has a code of its own")
        if (known.starts, known.mode) == (request.starts, request.mode):
            raise Refusal(f"{_stands(state, known)}: nothing would change")
        if request.reason is None:
            raise Refusal(f"{_stands(state, known)}; whoever changes that says why (--reason)")
    moved = known.moved + 1 if known is not None else 0
    rules = terms_of(state)
    name = f"{request.code}/{moved}"
    return (
        ev.SessionPlanned(
            at=at,
            by=by,
            code=request.code,
            mode=request.mode,
            starts=request.starts,
            moved=moved,
            reason=request.reason,
            clock=_until(state, f"invite/{name}", rules.invite, (OPERATOR,), at, request.starts),
            report=state.clock_for(f"report/{name}", rules.report, (OPERATOR,), request.starts),
        ),
    )


def travel_possible(state: S, mode: ExchangeMode, held: datetime, could: str) -> None:
    """Refuses a meeting in person at a time in which nobody `could` (or can) travel."""
    for closed in state.terms.restrictions if mode is ExchangeMode.PHYSICAL else ():
        if closed.since <= held <= closed.until:
            was, do = ("is", "plan") if could == "can" else ("was", "record")
            raise Refusal(
                f"nobody {could} travel to {closed.country} from {day(closed.since)} to {day(closed.until)}, "
                f"so a physical exchange {was} not possible then; {do} it as virtual or hybrid"
            )


def session_step(state: S, request: rq.StepSession, by: Actor, at: datetime) -> Events:
    acting(state, by, at)
    held = state.session(request.code)
    if held is None:
        known = listed([one.code for one in state.sessions if one.ahead]) or "none"
        raise Refusal(f"no session {request.code!r} is planned (plan-session); planned are: {known}")
    clock, text = None, request.text
    match request.step:
        case Step.INVITED:
            only(by, "invite to a session", *_ORGANISERS)
            _only_after(state, held, request.step, Step.PLANNED)
            if state.on_hold:
                raise Refusal(f"{state.code} is on hold; nobody is invited until it is resumed (resume)")
            _not_begun(state, held, at)
            _with_text(request, "the agenda goes with the invitation")
            name = f"attend/{held.code}/{held.moved}"
            clock = _until(state, name, terms_of(state).answer, _partners(state), at, held.starts)
        case Step.CONFIRMED:
            _for_a_side(state, by, held.answered, held, "has answered")
            _only_after(state, held, request.step, Step.INVITED)
            _not_begun(state, held, at)
            text = _text_of_all(state, request, held)
        case Step.MINUTED:
            only(by, "write the minutes", *_ORGANISERS)
            _only_after(state, held, request.step, Step.HELD, Step.MINUTED)
            _with_text(request, "the minutes go with it")
            if request.text == held.text:
                raise Refusal(f"{_stands(state, held)} in these very words")
            name = f"agree_minutes/{held.code}/{held.minutes + 1}"
            clock = state.clock_for(name, terms_of(state).agree, _partners(state), at)
        case Step.AGREED:
            _for_a_side(state, by, held.agreed, held, "has agreed to the minutes")
            _only_after(state, held, request.step, Step.MINUTED)
            text = _text_of_all(state, request, held)
        case Step.CANCELLED:
            only(by, "cancel a session", *_ORGANISERS)
            _only_after(state, held, request.step, Step.PLANNED, Step.INVITED, Step.CONFIRMED)
            if request.reason is None:
                raise Refusal(f"whoever cancels session {held.code} says why (--reason)")
        case _:
            how = "plan-session" if request.step is Step.PLANNED else state.records_with
            raise Refusal(f"that a session is {request.step.value} is recorded with {how}")
    return (
        ev.SessionStepTaken(
            at=at,
            by=by,
            code=held.code,
            step=request.step,
            text=text,
            remark=request.remark,
            reason=request.reason,
            clock=clock,
            implied=text is not None and request.text is None,
        ),
    )


def held_now(state: S, code: str, held: datetime, at: datetime) -> Clock | None:
    """The clock of the minutes where what was held had been planned; refuses what cannot have been held."""
    session = state.session(code)
    if session is None:
        return None
    if not session.ahead:
        raise Refusal(f"{_stands(state, session)}; another session has a code of its own")
    if held < session.planned:
        raise Refusal(
            f"session {code} was planned on {day(session.planned)} and cannot have been held on {day(held)}; "
            "another session has a code of its own"
        )
    return state.clock_for(f"minutes/{code}", terms_of(state).minutes, (OPERATOR,), at)


def silent_since(state: PartnershipState) -> datetime | None:
    """Since when no session has been held; None while none is to be expected: before the kick-off, while closing."""
    scoping = state.stage(Stage.SCOPING)
    if scoping is None or scoping.passed is None or scoping.status is not StageStatus.PASSED:
        return None
    if state.stage(Stage.CLOSING) is not None:
        return None
    return max([scoping.passed, *(one.held for one in state.exchanges)])


def _until(
    state: S, name: str, allowance: Allowance, seats: tuple[Seat, ...], at: datetime, starts: datetime
) -> Clock:
    """A clock counted back from the start of a session."""
    return state.clock_for(name, allowance, seats, at).model_copy(update={"before": starts})


def _stands(state: S, session: Session) -> str:
    """How far a session has come, as a clause: `session ws-1 was held on 2021-06-24`."""
    name, since = f"session {session.code}", day(session.since)
    match session.step:
        case Step.PLANNED:
            return f"{name} is planned for {session.starts:%Y-%m-%d %H:%M} UTC ({session.mode.value})"
        case Step.INVITED | Step.CONFIRMED:
            did = "were invited to" if session.step is Step.INVITED else "have answered for"
            return f"{state.everybody} {did} {name} of {session.starts:%Y-%m-%d %H:%M} UTC ({session.mode.value})"
        case Step.HELD:
            return f"{name} was held on {day(state.held_on(session.code) or session.since)}"
        case Step.MINUTED:
            return f"the minutes of {name} were written on {since}"
        case Step.AGREED:
            return f"the minutes of {name} were agreed to on {since}"
        case Step.CANCELLED:
            return f"{name} was cancelled on {since}"


def _only_after(state: S, session: Session, step: Step, *before: Step) -> None:
    if session.step in before:
        return
    if session.step is step:
        raise Refusal(f"{_stands(state, session)} already")
    wanted = listed([_WORDS[one] for one in before], "or")
    raise Refusal(f"that comes after it was {wanted}: {_stands(state, session)}")


def _not_begun(state: S, session: Session, at: datetime) -> None:
    if session.starts <= at:
        raise Refusal(
            f"session {session.code} was to begin on {session.starts:%Y-%m-%d %H:%M} UTC; record it as held "
            f"({state.records_with}), move it (plan-session) or cancel it (session-step cancelled)"
        )


def _with_text(request: rq.StepSession, why: str) -> None:
    if request.text is None:
        raise Refusal(f"{why}: give it with --text or --text-file")


def _text_of_all(state: S, request: rq.StepSession, held: Session) -> TextHash | None:
    """The text that both sides answer to; whoever has more to say says it beside."""
    if request.text not in (None, held.text):
        raise Refusal(
            f"{state.everybody} answer to the text they were sent; what is to be said to it is a --remark"
        )
    return held.text


def _partners(state: S) -> tuple[Seat, ...]:
    return tuple(state.seat_of(voice) for voice in state.voices())


def _for_a_side(state: S, by: Actor, done: tuple[str, ...], held: Session, what: str) -> None:
    only(by, "answer for a side", *_PARTNERS)
    own = state.voices_of(by)
    if not own:
        raise Refusal(f"{by.person} stands for no member of {state.code}, so answers for none", grave=True)
    if all(voice in done for voice in own):
        side = by.side.value.upper()
        raise Refusal(f"the {side} side{state.own_members(own)} {what} for session {held.code} already")

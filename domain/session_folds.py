"""How the events of working sessions change whoever plans them."""

from __future__ import annotations

from typing import Any, TypeVar

from domain import events as ev
from domain.changing import put
from domain.folding import asked_anew
from domain.requests import SessionStep
from domain.state import Meeting, Session

S = TypeVar("S", bound=Meeting)


def session_planned(state: S, event: ev.SessionPlanned) -> S:
    known = state.session(event.code)
    session = Session(
        code=event.code,
        mode=event.mode,
        starts=event.starts,
        moved=event.moved,
        planned=known.planned if known is not None else event.at,
        told=known is not None and known.told,
        since=event.at,
        clock=event.clock,
        report=event.report,
    )
    others = tuple(held for held in state.sessions if held.code != event.code)
    return put(state, sessions=(*others, session))


def session_step_taken(state: S, event: ev.SessionStepTaken) -> S:
    held = state.session(event.code)
    assert held is not None and event.by is not None
    update: dict[str, Any] = {"step": event.step, "since": event.at}
    by_voices = {SessionStep.CONFIRMED: "answered", SessionStep.AGREED: "agreed"}.get(event.step)
    if by_voices is not None:
        spoken: tuple[str, ...] = getattr(held, by_voices)
        spoken += tuple(voice for voice in state.voices_of(event.by) if voice not in spoken)
        # it stays as it is until all have spoken
        update = {by_voices: spoken} | (update if _all_of(state, spoken) else {})
    else:
        update |= {"clock": event.clock or held.clock, "text": event.text or held.text}
    if event.step is SessionStep.INVITED:
        update["told"] = True
    if event.step is SessionStep.MINUTED:
        update |= {"agreed": (), "minutes": held.minutes + 1}
        state = asked_anew(state, f"agree_minutes/{event.code}/")
    return with_session(state, event.code, **update)


def _all_of(state: Meeting, spoken: tuple[str, ...]) -> bool:
    return all(voice in spoken for voice in state.voices())


def with_session(state: S, code: str, **update: Any) -> S:
    sessions = tuple(held.model_copy(update=update) if held.code == code else held for held in state.sessions)
    return put(state, sessions=sessions)


def voices_fewer(state: S, event: ev.Event) -> S:
    """Whoever does not take part any more is not waited for: sessions go on once all others have spoken."""
    for held in state.sessions:
        if held.step is SessionStep.INVITED and held.answered and _all_of(state, held.answered):
            state = with_session(state, held.code, step=SessionStep.CONFIRMED, since=event.at)
        elif held.step is SessionStep.MINUTED and held.agreed and _all_of(state, held.agreed):
            state = with_session(state, held.code, step=SessionStep.AGREED, since=event.at)
    return state

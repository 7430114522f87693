"""How a member goes on without its cluster: leaving it, and for one that was merged, in a partnership founded anew."""

from __future__ import annotations

from datetime import datetime

from domain import events as ev
from domain import requests as rq
from domain.clusters import events as ce
from domain.clusters import membership
from domain.clusters.membership import PARTNERS, STAFF, consent_clock, member_of, settled_first
from domain.clusters.requests import Matter
from domain.clusters.state import ClusterState, Membership, of_partnership
from domain.folding import fold
from domain.life import steered
from domain.standing import acting, day, only
from domain.values import SIDES, Actor, Refusal, Role, listed

S = ClusterState
Events = tuple[ev.AnyEvent, ...]


def leave(state: S, request: rq.Leave, by: Actor, at: datetime) -> Events:
    """By a text of both sides that the secretariat records; a partner's own wish asks the other side."""
    acting(state, by, at)
    only(by, "record that a member leaves", *STAFF, Role.FOCAL_POINT, Role.SIGNATORY)
    known = state.membership(request.member)
    if known is not None and known.merged is not None and known.left is None:
        raise Refusal(
            f"{known.code} was merged into cluster {state.code} on {day(known.merged)}; its cities go on by themselves "
            "once both of them consent to a split (ask-split)"
        )
    found = member_of(state, request.member)
    if by.side in SIDES and not any(place.person in (by.person, by.on_behalf_of) for place in found.people):
        raise Refusal(
            f"{by.person} does not stand for {found.code}, which leaves by its own people", grave=True
        )
    if state.rules.both_leave and by.side in SIDES:
        return _wished(state, found, request, by, at)
    if state.rules.both_leave and by.role is Role.CLUSTER_MANAGER:
        raise Refusal(
            f"a cluster manager asks both sides of {found.code} whether it leaves (ask-split); a text of both is "
            "recorded by the secretariat"
        )
    settled_first(state, f"{found.code} leaves")
    left = ev.MemberLeft(
        at=at,
        by=by,
        member=found.code,
        reason=request.reason,
        consent=request.consent,
        bilateral=request.bilateral,
    )
    return (left, *agreed(fold(state, left), by, at))


def _wished(state: S, found: Membership, request: rq.Leave, by: Actor, at: datetime) -> Events:
    """One side's word, which goes on record; the other side is asked for its own."""
    asked = _asked(state, found, request.reason, by, at, bilateral=request.bilateral)
    voice = f"{found.code}.{by.side.value}"
    given = _given(found.code, by, at, (voice,), request.consent)
    return (asked, given)


def _given(
    code: str, by: Actor, at: datetime, voices: tuple[str, ...], remark: str | None
) -> ev.ConsentGiven:
    return ev.ConsentGiven(
        at=at, by=by, member=code, side=by.side, to=Matter.SPLIT, remark=remark, voices=voices
    )


def ask_split(state: S, request: rq.AskSplit, by: Actor, at: datetime) -> Events:
    steered(state, by, at, "ask for a split", *STAFF)
    found = member_of(state, request.member)
    return (_asked(state, found, request.reason, by, at, bilateral=True),)


def _asked(
    state: S, found: Membership, reason: str, by: Actor, at: datetime, *, bilateral: bool
) -> ce.SplitAsked:
    """The question to a member's partners; Refusal where they have another one to answer first."""
    if found.split is not None and found.split.agreed is not None:
        raise Refusal(
            f"the split of {found.code} was agreed on {day(found.split.agreed)}; the secretariat founds the "
            "partnership in which it goes on (split)"
        )
    if found.split is not None:
        raise Refusal(
            f"{found.code} was asked on {day(found.split.asked)} whether it splits; its partners answer (consent)"
        )
    if found.asks is Matter.MERGER and found.merger_asked is not None:
        raise Refusal(
            f"{found.code} was asked on {day(found.merger_asked)} whether it merges into cluster {state.code}; that is "
            "answered first (consent)"
        )
    if found.merger_agreed is not None and found.merged is None:
        raise Refusal(
            f"both sides of {found.code} agreed to its merger on {day(found.merger_agreed)}; two persons close the "
            "partnership first (partnership propose merge), then it can be split"
        )
    clock = consent_clock(state, found.code, Matter.SPLIT, at)
    return ce.SplitAsked(at=at, by=by, member=found.code, reason=reason, bilateral=bilateral, clock=clock)


def consent(state: S, request: rq.Consent, by: Actor, at: datetime) -> Events:
    """A partner's answer, to whatever is asked."""
    if request.to is not Matter.SPLIT:
        return membership.consent(state, request, by, at)
    acting(state, by, at)
    only(by, "consent for a side", *PARTNERS)
    found = state.membership(request.member)
    if found is None or found.split is None or found.left is not None:
        asked = listed([one.code for one in state.present() if one.asks is Matter.SPLIT]) or "none"
        raise Refusal(f"{request.member} is not asked for its consent to the split; those asked are: {asked}")
    wanted = state.split_voices(found)
    mine = [voice for voice in state.voices_of(by) if voice in wanted]
    if not mine:
        raise Refusal(
            f"{by.on_behalf_of or by.person} does not stand for {found.code} on the {by.side.value.upper()} side; "
            "its own focal points consent",
            grave=True,
        )
    if found.asks is not Matter.SPLIT:
        raise Refusal(f"the split of {found.code} is settled already")
    new = tuple(voice for voice in mine if voice not in found.split.consents)
    if not new:
        who = listed([voice.rpartition(".")[0] for voice in mine])
        raise Refusal(
            f"the {by.side.value.upper()} side of {who} has consented to the split of {found.code} already"
        )
    if not request.given:
        if request.reason is None:
            raise Refusal(f"whoever does not consent to the split of {found.code} says why (--reason)")
        return (
            ev.ConsentRefused(
                at=at,
                by=by,
                member=found.code,
                side=by.side,
                to=Matter.SPLIT,
                reason=request.reason,
                remark=request.remark,
                voices=new,
            ),
        )
    if not [voice for voice in wanted if voice not in (*found.split.consents, *new)]:
        settled_first(state, f"{found.code} goes on by itself")
    given = _given(found.code, by, at, new, request.remark)
    return (given, *agreed(fold(state, given), by, at))


def agreed(state: S, by: Actor, at: datetime) -> Events:
    """Splits to which everybody asked has consented: a member has left, one that was merged is to be founded anew.

    Where all members are asked, one that leaves may be the last whose word was waited for.
    """
    events: list[ev.AnyEvent] = []
    while (one := next((one for one in state.present() if _all_heard(state, one)), None)) is not None:
        assert one.split is not None
        settled: ev.AnyEvent
        if one.merged is not None:
            settled = ce.SplitAgreed(at=at, by=by, member=one.code)
        else:
            settled = ev.MemberLeft(
                at=at, by=by, member=one.code, reason=one.split.reason, bilateral=one.split.bilateral
            )
        events.append(settled)
        state = fold(state, settled)
    return tuple(events)


def _all_heard(state: S, one: Membership) -> bool:
    split = one.split
    return (
        split is not None
        and split.agreed is None
        and all(voice in split.consents for voice in state.split_voices(one))
    )


def give_back(state: S, request: rq.GiveBack, by: Actor, at: datetime) -> Events:
    """A merged partnership goes on in another: asked by that one once it is founded, or tried before it is."""
    steered(state, by, at, "record what is given back")
    code = request.of.partition("/")[2]
    known = state.membership(code)
    if known is not None and known.went_on is not None:
        raise Refusal(
            f"{code} goes on as {known.went_on.partition('/')[2]} since {day(known.left or at)}, and what was open was "
            "given back to it"
        )
    found = member_of(state, code)
    if found.merged is None or request.of != of_partnership(code):
        raise Refusal(
            f"{code} was not merged into cluster {state.code}, and nothing of it was taken over; a member leaves by "
            "itself (leave)"
        )
    if found.split is None or found.split.agreed is None:
        raise Refusal(
            f"not everybody has consented that {code} splits from cluster {state.code}; they are asked first "
            "(ask-split)"
        )
    if request.to.partition("/")[0] != request.of.partition("/")[0] or request.to == request.of:
        raise Refusal(f"{code} goes on in another partnership, and {request.to} is none (split)")
    settled_first(state, f"{code} goes on by itself")
    given = ce.ActionsGivenBack(at=at, by=by, member=code, to=request.to, open=found.taken_over)
    return (given, *agreed(fold(state, given), by, at))

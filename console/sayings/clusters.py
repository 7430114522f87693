"""What can happen to a cluster, and to a partnership because of one, in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from console.showing import counted, day, last_day, plain
from domain import events as ev
from domain.clusters import events as ce
from domain.living import Entity
from domain.values import SIDES, listed

if TYPE_CHECKING:
    from console.telling import Telling


def _founded(tell: Telling, event: ev.ClusterFounded, after: Entity) -> str:
    asked = listed([one.code for one in event.candidates])
    return f"{tell.by(event)} founded it: {event.title}; both sides of {asked} are asked to consent"


def _asked(tell: Telling, event: ev.MemberAsked, after: Entity) -> str:
    one = event.member
    cities = f"{one.eu} and {one.cn}"
    return f"{tell.by(event)} asked {one.code} ({cities}) to join ({plain(event.reason)}){tell.due(event.clock, after)}"


def _consented(tell: Telling, event: ev.ConsentGiven, after: Entity) -> str:
    return f"{tell.by(event)} consented{_for(event)} to the {event.to.value} of {event.member}"


def _refused(tell: Telling, event: ev.ConsentRefused, after: Entity) -> str:
    return (
        f"{tell.by(event)} did not consent{_for(event)} to the {event.to.value} of {event.member} "
        f"({plain(event.reason)})"
    )


def _for(event: ev.ConsentGiven | ev.ConsentRefused) -> str:
    """` for C1-02` where other members are asked too, and one of them answers."""
    others = [code for voice in event.voices if (code := voice.rpartition(".")[0]) != event.member]
    return f" for {listed(others)}" if others else ""


def _active(tell: Telling, event: ev.ClusterActivated, after: Entity) -> str:
    review = event.clock.deadline(after.edition)
    until = f"; to be reviewed by {review.on}" if review else ""
    return f"active with {listed(list(event.members))}{until}"


def _people(tell: Telling, event: ev.PeopleNamed, after: Entity) -> str:
    people = listed(list(dict.fromkeys(tell.names(one.person) for one in event.people)))
    return f"{tell.by(event)} recorded who stands for {event.member}: {people}"


def _left(tell: Telling, event: ev.MemberLeft, after: Entity) -> str:
    then = ", to go on bilaterally with an agreement of its own" if event.bilateral else ""
    if event.consent is None:
        return f"{event.member} leaves, as both its sides consented ({plain(event.reason)}){then}"
    return f"{tell.by(event)} recorded that {event.member} leaves ({plain(event.reason)}){then}"


def _merger_asked(tell: Telling, event: ev.MergerAsked, after: Entity) -> str:
    due = tell.due(event.clock, after)
    return f"{tell.by(event)} asked both sides of {event.member} to consent to its merger ({plain(event.reason)}){due}"


def _taken_over(tell: Telling, event: ev.ActionsTakenOver, after: Entity) -> str:
    what = f": {', '.join(event.open)}" if event.open else ""
    return f"{event.member} was merged; {counted(len(event.open), 'open matter')} taken over{what}"


def _split_asked(tell: Telling, event: ce.SplitAsked, after: Entity) -> str:
    due = tell.due(event.clock, after)
    if event.by is not None and event.by.side in SIDES:
        why = plain(event.reason)
        return f"{tell.by(event)} wishes that {event.member} leaves ({why}); the other side is asked{due}"
    return f"{tell.by(event)} asked both sides of {event.member} to consent to its split ({plain(event.reason)}){due}"


def _split_agreed(tell: Telling, event: ce.SplitAgreed, after: Entity) -> str:
    return f"the split of {event.member} is agreed; the partnership in which it goes on is founded next"


def _given_back(tell: Telling, event: ce.ActionsGivenBack, after: Entity) -> str:
    what = f": {', '.join(event.open)}" if event.open else ""
    return (
        f"{event.member}, which was merged, goes on as {event.to.partition('/')[2]}; "
        f"{counted(len(event.open), 'open matter')} given back{what}"
    )


def continued(event: ev.PartnershipFounded) -> str:
    """What a partnership that was split from a cluster goes on from; empty of all others."""
    before = event.continues
    if before is None:
        return ""
    open_then = f"; given back: {', '.join(before.open)}" if before.open else "; nothing was open in it"
    kicked = ", kicked off at once" if before.kicked_off else ""
    return (
        f"; it continues {before.of.partition('/')[2]}, split from cluster {before.cluster.partition('/')[2]}"
        f"{kicked}{open_then}"
    )


def _session_held(tell: Telling, event: ev.JointSessionHeld, after: Entity) -> str:
    people = f"{event.participants_eu} EU and {event.participants_cn} CN participants"
    if event.evidence is None:
        proof = "without evidence, so it does not count"
    elif event.reaches:
        proof = f"with evidence; an exchange of {listed(list(event.reaches))}"
    else:
        proof = "with evidence; no member had both sides there"
    return (
        f"{tell.by(event)} recorded joint session {event.code}, {plain(event.mode)}, held on {day(event.held)}: "
        f"{people}, {proof}"
    )


def _plan(tell: Telling, event: ev.JointPlanAdopted, after: Entity) -> str:
    return f"the joint plan is adopted by all members; it covers {listed(list(event.covers)) or 'no partnership'}"


def _reviewed(tell: Telling, event: ev.ClusterReviewed, after: Entity) -> str:
    review = event.clock.deadline(after.edition)
    until = f"; again by {last_day(review.at)}" if review else ""
    return f"{tell.by(event)} reviewed it, and it goes on{until}"


def _joined(tell: Telling, event: ev.JointPlanJoined, after: Entity) -> str:
    return f"the joint plan of {event.of.partition('/')[2]} holds here, adopted there by all its members"


TOLD: Mapping[type[Any], Any] = {
    ev.ClusterFounded: _founded,
    ev.MemberAsked: _asked,
    ev.ConsentGiven: _consented,
    ev.ConsentRefused: _refused,
    ev.ClusterActivated: _active,
    ev.PeopleNamed: _people,
    ev.MemberLeft: _left,
    ev.MergerAsked: _merger_asked,
    ev.ActionsTakenOver: _taken_over,
    ce.SplitAsked: _split_asked,
    ce.SplitAgreed: _split_agreed,
    ce.ActionsGivenBack: _given_back,
    ev.JointSessionHeld: _session_held,
    ev.JointPlanAdopted: _plan,
    ev.ClusterReviewed: _reviewed,
    ev.JointPlanJoined: _joined,
}
TASKS: Mapping[str, str] = {
    "consent": "consent, or not, to the {1} of {0}",
    "merge": "close {0} as merged, as two persons (partnership propose merge)",
    "split": "found the partnership in which {0} goes on (cluster split)",
    "review": "review the cluster",
}

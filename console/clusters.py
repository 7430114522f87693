"""Clusters: founded, joined and left, their joint sessions and plan, mergers into them and splits."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from client import clusters, people
from client.asking import opened
from client.reading import SqlLedger, entity, partnership, present, reading
from client.settings import Settings
from console import asking, showing, staging, telling
from console.asking import Desk, Words, asked
from console.errors import misused
from console.kinds import group
from console.options import Reason, code, content_hash, flag, moment, place
from console.session import AsJson, session
from domain import requests as rq
from domain.clusters.cluster import Cluster
from domain.clusters.requests import Attended, Matter
from domain.clusters.state import Membership
from domain.entities import cluster_of
from domain.events import ClusterFounded
from domain.values import Refusal, Role

FOUNDING, MEMBERS, DOING = "Founding", "Members", "What it does"
Remark = Annotated[str | None, Words("A remark to go with it")]
MemberCode = Annotated[str, typer.Argument(metavar="MEMBER", help="A partnership, such as C1-01.")]


def _facts(state: Cluster, names: telling.Names) -> Iterator[tuple[str, str | None]]:
    if state.title_zh:
        yield "in Chinese", state.title_zh
    for one in state.present():
        merged = f", merged on {showing.day(one.merged)}" if one.merged else ""
        since = f"since {showing.day(one.since or one.asked)}{merged}{_split(one)}"
        yield "member", f"{one.code}, {one.eu} and {one.cn}, {since}"
        yield f"taken over from {one.code}", ", ".join(one.taken_over) or None
    for one in state.memberships:
        if one.left is not None and one.since is not None:
            went = f", goes on as {one.went_on.partition('/')[2]}" if one.went_on is not None else ""
            back = f"; given back: {', '.join(one.taken_over)}" if went and one.taken_over else ""
            yield "former member", f"{one.code}, left on {showing.day(one.left)}{went}{back}"
    for one in state.candidates():
        given = ", ".join(side.value.upper() for side in one.consents) or "nobody"
        yield "asked", f"{one.code}, {one.eu} and {one.cn}, on {showing.day(one.asked)}; consented: {given}"
    yield "cities and regions", str(len(state.entities()))
    for held in state.joint:
        number = held.participants_eu + held.participants_cn
        proof = "with evidence" if held.evidence else "without evidence"
        yield f"session {held.code}", f"held on {showing.day(held.held)}, {number} participants, {proof}"
    for plan in state.plans[-1:]:
        yield "joint plan", f"adopted on {showing.day(plan.at)}; covers {', '.join(plan.covers)}"


def _split(one: Membership) -> str:
    """How far the question has come whether it goes on by itself."""
    if one.split is None:
        return ""
    if one.split.agreed is not None:
        return f"; its split was agreed on {showing.day(one.split.agreed)}"
    given = ", ".join(one.split.consents) or "nobody"
    return f"; asked on {showing.day(one.split.asked)} whether it splits, consented: {given}"


app = group("cluster", "Clusters: members and their consent, joint sessions, a joint plan.", _facts)
for _name, _build in (("plan-session", staging.plan_session), ("session-step", staging.session_step)):
    asked(app, _name, DOING, of="cluster")(_build)


def _codes(value: str) -> tuple[str, ...]:
    found = tuple(code(one.strip()) for one in value.split(",") if one.strip())
    if not found:
        raise misused("--members names partnerships, such as C1-01,C2-03,C2-05")
    return found


@app.command(rich_help_panel=FOUNDING)
def found(
    ctx: typer.Context,
    named: Annotated[str, typer.Argument(metavar="CODE", parser=code, help="A code for it, such as ECO.")],
    title: Annotated[str, typer.Option("--title", metavar="TITLE", parser=place, help="What it is called.")],
    members: Annotated[
        str,
        typer.Option("--members", metavar="CODES", help="Its partnerships, such as C1-01,C2-03,C2-05."),
    ],
    acting_as: Annotated[
        str, typer.Option("--as", metavar="KEY", envvar="TANDEM_AS", help="Who founds it: a person's key.")
    ],
    title_zh: Annotated[
        str | None, typer.Option("--title-zh", metavar="TITLE", parser=place, help="Its title in Chinese.")
    ] = None,
    role: Annotated[
        Role | None, typer.Option("--role", help="In which role, where the person holds several.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Found a cluster: both sides of each partnership are asked to consent, and it is active when all have."""
    codes = _codes(members)
    settings = session(ctx).settings()
    with reading(settings) as ledger:
        first = partnership(ledger, codes[0])
        by = people.acting(first, people.person(ledger, acting_as), None, role, None)
        try:
            event = clusters.founding_of(
                ledger, named, codes, title, title_zh or "", by, present(ledger, first.programme)
            )
            new = asyncio.run(_founded(settings, ledger, event))
        except Refusal as refusal:
            raise Refusal(people.named(ledger, refusal.sentence), grave=refusal.grave) from None
    if as_json:
        showing.as_json({"cluster": named, "founded": new, "asked": [one.code for one in event.candidates]})
        return
    if not new:
        showing.line(f"{named} was founded before; it is left as it is.")
        return
    showing.line(f"{named}: founded; both sides of {', '.join(codes)} are asked to consent (cluster consent)")


async def _founded(settings: Settings, ledger: SqlLedger, event: ClusterFounded) -> bool:
    async with opened(settings, ledger, event.programme) as door:
        return await door.found(event)


@asked(app, "join", MEMBERS, of="cluster")
def join(desk: Desk, member: MemberCode, reason: Reason) -> rq.AnyRequest:
    """Ask a partnership to become a member; it is one when both its sides consent."""
    return clusters.joining(desk.ledger, desk.state.code, member, reason, desk.at)


@asked(app, "consent", MEMBERS, of="cluster")
def consent(
    desk: Desk,
    member: MemberCode,
    to: Annotated[Matter, typer.Argument(metavar="MATTER", help="membership, merger or split.")],
    refuse: Annotated[bool, flag("--refuse", "Not to consent; the reason is needed.")] = False,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="CODE", parser=code, help="Why not, as a code.")
    ] = None,
    remark: Remark = None,
) -> rq.AnyRequest:
    """Consent for one's side to the membership of one's partnership, to its merger into the cluster, or its split."""
    if reason is not None and not refuse:
        raise misused("--reason says why somebody does not consent; give it with --refuse")
    return rq.Consent(member=member, to=to, given=not refuse, reason=reason, remark=remark)


@asked(app, "name-people", MEMBERS, of="cluster")
def name_people(desk: Desk, member: MemberCode) -> rq.AnyRequest:
    """Bring those who stand for a member up to date with its partnership."""
    return clusters.named_people(desk.ledger, cluster_of(desk.state), member, desk.at)


@asked(app, "leave", MEMBERS, of="cluster")
def leave(
    desk: Desk,
    member: MemberCode,
    reason: Reason,
    consent: Annotated[str, Words("Both sides' consent to leave; of a partner its own word")],
    bilateral: Annotated[
        bool, flag("--bilateral", "It goes on by itself, with an agreement (MoU) of its own.")
    ] = False,
) -> rq.AnyRequest:
    """Record that a member leaves, as both sides wrote; a partner says so for its side, and the other is asked."""
    return rq.Leave(member=member, reason=reason, consent=consent, bilateral=bilateral)


@asked(app, "ask-merger", MEMBERS, of="cluster")
def ask_merger(desk: Desk, member: MemberCode, reason: Reason) -> rq.AnyRequest:
    """Ask both partners of a member whether it goes on inside the cluster alone."""
    return rq.AskMerger(member=member, reason=reason)


@asked(app, "take-over", MEMBERS, of="cluster")
def take_over(desk: Desk, member: MemberCode) -> rq.AnyRequest:
    """Record what was open in a partnership that was merged, where that was not recorded by itself."""
    return clusters.taken_over(desk.ledger, desk.state.code, member)


@asked(app, "ask-split", MEMBERS, of="cluster")
def ask_split(desk: Desk, member: MemberCode, reason: Reason) -> rq.AnyRequest:
    """Ask both partners of a member, also of one that was merged, whether it goes on bilaterally."""
    return rq.AskSplit(member=member, reason=reason)


@app.command(rich_help_panel=MEMBERS)
def split(
    ctx: typer.Context,
    cluster: Annotated[str, typer.Argument(metavar="CODE", help="A cluster, such as ECO.")],
    member: MemberCode,
    named: Annotated[str, typer.Argument(metavar="NEW", parser=code, help="A code for it, such as C1-61.")],
    acting_as: Annotated[
        str, typer.Option("--as", metavar="KEY", envvar="TANDEM_AS", help="Who founds it: a person's key.")
    ],
    role: Annotated[
        Role | None, typer.Option("--role", help="In which role, where the person holds several.")
    ] = None,
    dry_run: Annotated[bool, flag("--dry-run", "Only say what would be founded.")] = False,
    as_json: AsJson = False,
) -> None:
    """Found the partnership in which a member that was merged goes on, once everybody asked has consented."""
    settings = session(ctx).settings()
    with reading(settings) as ledger:
        state = cluster_of(entity(ledger, cluster, "cluster"))
        try:
            by = people.acting(state, people.person(ledger, acting_as), None, role, None)
            at = present(ledger, state.programme)
            event = clusters.continuing_of(ledger, state, member, named, by, at)
            if not dry_run:
                asking.found(settings, ledger, event)
        except Refusal as refusal:
            raise Refusal(people.named(ledger, refusal.sentence), grave=refusal.grave) from None
    before = event.continues
    assert before is not None
    if as_json:
        told = {
            "partnership": named,
            "continues": member,
            "open": before.open,
            "kicked_off": before.kicked_off,
        }
        showing.as_json(told | {"founded": not dry_run})
        return
    begins = "kicked off at once" if before.kicked_off else "to be scoped, as the one before it was not"
    back = f"given back: {', '.join(before.open)}" if before.open else "nothing was open"
    showing.line(f"{named}: continues {member}, split from {cluster}; {begins}; {back}")
    if dry_run:
        showing.line("Nothing was sent.")


@asked(app, "give-back", MEMBERS, of="cluster")
def give_back(desk: Desk, member: MemberCode) -> rq.AnyRequest:
    """Record that what was taken over goes back where a merged member goes on, if that was not recorded by itself."""
    return clusters.given_back(desk.ledger, member)


@asked(app, "hold-session", DOING, of="cluster")
def hold_session(
    desk: Desk,
    held_session: Annotated[
        str, typer.Argument(metavar="SESSION", parser=code, help="The code it was planned by, or one for it.")
    ],
    mode: Annotated[rq.ExchangeMode, typer.Argument(metavar="MODE", help="How it was held.")],
    held: Annotated[datetime, typer.Option("--held", metavar="DAY", parser=moment, help="When it was held.")],
    attended: Annotated[
        list[str],
        typer.Option("--attended", metavar="NAME=NUMBER", help="A city or region and how many of it came."),
    ],
    document: Annotated[
        Path | None,
        typer.Option(
            "--document", metavar="FILE", help="The attendance list; without evidence it does not count."
        ),
    ] = None,
    evidence: Annotated[str | None, Words("Evidence in words, where there is no document")] = None,
) -> rq.AnyRequest:
    """Record a joint session as held; with evidence it counts as an exchange of each member that took part."""
    if document is not None and evidence is not None:
        raise misused("give --document or --evidence, not both")
    return rq.HoldJointSession(
        code=held_session,
        mode=mode,
        held=held,
        attended=tuple(_attended(one) for one in attended),
        evidence=content_hash(document) if document is not None else evidence,
    )


def _attended(value: str) -> Attended:
    name, _, number = value.rpartition("=")
    try:
        return Attended(name=name.strip(), number=int(number))
    except ValueError:
        raise misused(
            f"{value!r} is no attendance; write a city or region and a number from 1 to 10000, such as Hangzhou=4"
        ) from None


@asked(app, "review", DOING, of="cluster")
def review(desk: Desk, finding: Annotated[str, Words("What the review found")]) -> rq.AnyRequest:
    """Record the review of every six months: the cluster goes on."""
    return rq.ReviewCluster(finding=finding)


@asked(app, "close", DOING, of="cluster")
def close(
    desk: Desk, reason: Reason, finding: Annotated[str | None, Words("What it leaves behind")] = None
) -> rq.AnyRequest:
    """Close a cluster for good; its members go on as partnerships."""
    return rq.CloseCluster(reason=reason, finding=finding)

"""What befalls a partnership in a rehearsal: its agreement, people leaving, holds, ends, the programme's dates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain import requests as rq
from domain.rehearsal.chance import noon
from domain.rehearsal.characters import Leaving
from domain.rehearsal.scene import Planned, Scene
from domain.requests import AgreementStep as Step
from domain.terms import Stage
from domain.values import SIDES, Holder, Member, Role, Side

_NEXT = {
    Step.PROPOSED: Step.DRAFTING,
    Step.DRAFTING: Step.LEGAL_REVIEW,
    Step.LEGAL_REVIEW: Step.FAO_CLEARANCE,
    Step.FAO_CLEARANCE: Step.AGREED_TEXT,
    Step.AGREED_TEXT: Step.SIGNING_SCHEDULED,
    Step.SIGNING_SCHEDULED: Step.SIGNED,
}
_DAYS = {
    Step.DRAFTING: (4, 14),
    Step.LEGAL_REVIEW: (10, 24),
    Step.FAO_CLEARANCE: (10, 30),
    Step.AGREED_TEXT: (3, 9),
    Step.SIGNING_SCHEDULED: (1, 6),
}
_REPORTED_BY = {Step.LEGAL_REVIEW: Side.EU, Step.FAO_CLEARANCE: Side.CN}


def happenings(scene: Scene) -> Iterator[Planned]:
    yield from _ending_early(scene)
    yield from _replacing(scene)
    yield from _leaving(scene)
    yield from _stopping(scene)
    yield from _agreeing(scene)
    yield from _programme_dates(scene)


def even_when_stopped(scene: Scene) -> Iterator[Planned]:
    """What still happens while everything else stands still."""
    story, state = scene.character, scene.state
    operator, delegation = scene.holder(Role.OPERATOR), scene.holder(Role.EU_DELEGATION)
    if state.suspended and story.suspended and story.suspended.until and delegation:
        order = scene.text("order", delegation, "lift")
        when = scene.on(delegation, story.suspended.until, "lift")
        yield from scene.planned("lift", when, delegation, rq.LiftSuspension(order=order.hash), order)
    if state.on_hold and not state.suspended and story.hold and story.hold.until and operator:
        when = scene.on(operator, story.hold.until, "resume")
        yield from scene.planned("resume", when, operator, rq.Resume())
    yield from _programme_dates(scene)
    if not state.suspended:
        yield from _ending_early(scene, merging=False)


def _ending_early(scene: Scene, *, merging: bool = True) -> Iterator[Planned]:
    story, state = scene.character, scene.state
    operator = scene.holder(Role.OPERATOR)
    if operator is None:
        return
    if story.withdraws is not None:
        leaving = story.withdraws
        by = scene.holder(Role.FOCAL_POINT, leaving.side) or operator
        notice = scene.text("notice", by, "withdraw")
        request = rq.Withdraw(side=leaving.side, reason=leaving.reason, notice=notice.hash)
        yield from scene.planned("withdraw", scene.on(by, leaving.on, "withdraw"), by, request, notice)
    if merging and story.merges is not None and not state.proposals and state.passed(Stage.SCOPING):
        consent = scene.text("consent", operator, "merge")
        merge = rq.Merge(into=state.cluster, consent=consent.hash)
        propose = rq.Propose(matter=merge, reason="same_theme")
        yield from scene.planned(
            "merge", scene.on(operator, story.merges, "merge"), operator, propose, consent
        )


def _replacing(scene: Scene) -> Iterator[Planned]:
    story, state = scene.character, scene.state
    change, operator = story.replaced, scene.holder(Role.OPERATOR)
    if change is None or operator is None or state.stage(Stage.SCOPING) is None:
        return
    if state.member(change.side).name == change.name:
        return
    roles = (
        (Role.FOCAL_POINT, change.focal_point),
        (Role.DEPUTY, change.deputy),
        (Role.SIGNATORY, change.signatory),
    )
    when = scene.on(operator, change.on, "replace")
    holders = tuple(
        _as_holder(scene.hands.spare[key], role, change.side, when)
        for role, key in roles
        if key in scene.hands.spare
    )
    if not holders:
        return
    agreed = scene.text("agreed", operator, "replace")
    member = Member(
        side=change.side,
        name=change.name,
        name_zh=change.name_zh,
        country=change.country,
        level=change.level,
        zone=change.zone,
        since=when,
    )
    request = rq.ReplaceMember(
        leaving=state.member(change.side).name,
        member=member,
        holders=holders,
        reason="no_capacity",
        agreed=agreed.hash,
    )
    yield from scene.planned("replace", when, operator, request, agreed)


def _as_holder(spare: Holder, role: Role, side: Side, since: datetime) -> Holder:
    return spare.model_copy(update={"role": role, "side": side, "since": since, "until": None})


def _leaving(scene: Scene) -> Iterator[Planned]:
    """Somebody leaves, the role is vacant for a while, then a successor confirms the commitment."""
    story, state = scene.character, scene.state
    change, operator = story.leaves, scene.holder(Role.OPERATOR)
    if change is None or operator is None or change.to not in scene.hands.spare:
        return
    held = scene.holders(change.role, change.side)
    successor = scene.hands.spare[change.to]
    if any(one.person == successor.person for one in state.holders):
        return
    if held:
        request = rq.ChangeHolder(role=change.role, side=change.side, leaving=held[0].person)
        when = scene.on(operator, change.on, "leaving")
        yield from scene.planned("leaving", when, operator, request)
    else:
        yield from _succeeding(scene, change, operator, successor)


def _succeeding(scene: Scene, change: Leaving, operator: Holder, successor: Holder) -> Iterator[Planned]:
    left = max(
        (one.until for one in scene.state.holders if one.until and one.role is change.role), default=scene.at
    )
    when = scene.worked(operator, left + timedelta(days=change.vacant_days), "successor")
    holder = _as_holder(successor, change.role, change.side, when)
    letter = scene.text("letter", holder, "successor")
    request = rq.ChangeHolder(role=change.role, side=change.side, to=holder, letter=letter.hash)
    yield from scene.planned("successor", when, operator, request, letter)


def _stopping(scene: Scene) -> Iterator[Planned]:
    story, state = scene.character, scene.state
    operator, delegation = scene.holder(Role.OPERATOR), scene.holder(Role.EU_DELEGATION)
    if story.hold is not None and operator is not None:
        remark = scene.text("hold", operator, "hold")
        request = rq.Hold(reason=story.hold.reason, remark=remark.hash)
        if not any(span.why == "hold" for span in state.stops):
            when = scene.on(operator, story.hold.since, "hold")
            yield from scene.planned("hold", when, operator, request, remark)
    if story.suspended is not None and delegation is not None:
        order = scene.text("order", delegation, "suspend")
        if not any(span.why == "suspension" for span in state.stops):
            when = scene.on(delegation, story.suspended.since, "suspend")
            yield from scene.planned("suspend", when, delegation, rq.Suspend(order=order.hash), order)


# the agreement


def _agreeing(scene: Scene) -> Iterator[Planned]:
    """One step after the other, each reported by the side that took it, towards a day of signing."""
    story, agreement = scene.character, scene.state.agreement
    operator = scene.holder(Role.OPERATOR)
    if operator is None or story.agrees is None:
        return
    step, began = agreement.step, scene.state.stage(Stage.SCOPING)
    if step is Step.NONE:
        text = scene.text("agreement", operator, Step.PROPOSED)
        if began is not None:
            when = max(scene.on(operator, story.agrees, "agrees"), began.opened + timedelta(days=3))
            request = rq.StepAgreement(step=Step.PROPOSED, text=text.hash)
            yield from scene.planned("agreement/proposed", when, operator, request, text)
        return
    following = _NEXT.get(step)
    if following is None or agreement.since is None or agreement.began is None:
        return
    about = f"agreement/{following.value}"
    # with another member it begins anew, and each step is taken again
    id = f"{about}/{agreement.began:%Y%m%d}"
    if story.lapses_after is step:
        when = scene.after(operator, agreement.since, 60, 100, about)
        yield from scene.planned("agreement/lapsed", when, operator, rq.StepAgreement(step=Step.LAPSED))
        return
    side = _REPORTED_BY.get(following)
    by = (scene.focal_point(side) if side is not None and not scene.unreachable(side) else None) or operator
    signing = agreement.signing
    if following is Step.SIGNED and signing is not None:
        when = scene.after(by, signing + timedelta(hours=1), 0, 2, about)
        text = scene.text("signed", by, following)
        signed = rq.StepAgreement(step=following, signing=signing, text=text.hash)
        yield from scene.planned(id, when, by, signed, text, earliest=signing)
        return
    when = scene.after(by, agreement.since, *_paced(scene, following), about)
    if following is Step.SIGNING_SCHEDULED:
        signing = _signing_day(scene, max(when, scene.at))
    yield from scene.planned(id, when, by, rq.StepAgreement(step=following, signing=signing))


def _paced(scene: Scene, step: Step) -> tuple[float, float]:
    """The days a step takes, less where a day of signing is known and near."""
    least, most = _DAYS[step]
    signs = scene.character.signs
    if signs is not None and scene.state.agreement.since is not None:
        left = (noon(signs) - scene.state.agreement.since).days
        ahead = {Step.DRAFTING: 7, Step.LEGAL_REVIEW: 5, Step.FAO_CLEARANCE: 4, Step.AGREED_TEXT: 3}.get(
            step, 2
        )
        share = max(left / (ahead + 1), 0.5)
        return min(least, share * 0.7), min(most, share)
    return least, most


def _signing_day(scene: Scene, after: datetime) -> datetime:
    """The day known from elsewhere if it is still to come, else a working day of both sides in some weeks."""
    state, signs = scene.state, scene.character.signs
    days = state.edition.days(*dict.fromkeys(state.member(side).country for side in SIDES))
    some = (after + timedelta(days=scene.chance("signing").randint(14, 32))).date()
    known = signs is not None and noon(signs) > after + timedelta(hours=12)
    day = signs if known and signs is not None else days.on_or_after(some)
    return datetime.combine(day, time(10), ZoneInfo("Europe/Brussels")).astimezone(UTC)


# the programme's own dates


def _programme_dates(scene: Scene) -> Iterator[Planned]:
    yield from _extending(scene)
    yield from _adopting(scene)


def _extending(scene: Scene) -> Iterator[Planned]:
    """One extension of the programme, asked for by one person and confirmed by another."""
    script, state = scene.hands.script, scene.state
    operators = scene.holders(Role.OPERATOR)
    if scene.hands.governed:
        return
    if script.extension_asked is None or script.extended_to is None or not operators or state.on_hold:
        return
    ends = end_of(script.extended_to)
    # one decision, entered partnership by partnership in the weeks after it
    asked = scene.after(operators[0], noon(script.extension_asked), 0, 35, "extension")
    last = state.ends - timedelta(days=state.terms.latest_extension_request)
    pending = any(isinstance(one.matter, rq.Extend) for one in state.proposals)
    if state.ends >= ends or max(asked, scene.at) > last or pending:
        return
    addendum = scene.text("addendum", operators[0], "extension")
    propose = rq.Propose(matter=rq.Extend(ends=ends, addendum=addendum.hash), reason="travel_closed")
    yield from scene.planned("extension", asked, operators[0], propose, addendum)


def end_of(day: date) -> datetime:
    """The last moment of a day in Brussels, where the programme's contract lives."""
    midnight = datetime.combine(day + timedelta(days=1), time(), ZoneInfo("Europe/Brussels"))
    return midnight.astimezone(UTC)


def _adopting(scene: Scene) -> Iterator[Planned]:
    """Each autumn China's list for the next year is out, and the calendar that has it is adopted."""
    state = scene.state
    operator = scene.holder(Role.OPERATOR)
    countries = [calendar.country for calendar in state.edition.countries]
    for edition in scene.hands.editions:
        if operator is None or edition.published <= state.edition.published:
            continue
        request = rq.AdoptCalendar(edition=edition.only(*countries))
        when = scene.after(operator, noon(edition.published), 1, 32, "edition", edition.name)
        yield from scene.planned(f"edition/{edition.name}", when, operator, request)
        return

"""What would have been: the recorded acts of people once more, under other terms, and what differs then.

People are taken to do what they did when they did it; only the calendar's part is worked out anew. So it tells what
a rule would have changed in a history, and not what people would have done instead.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from itertools import zip_longest

from domain import events as ev
from domain import requests as rq
from domain.acts import Act, begun, errand_called, objection_called, proposal_called, told_by
from domain.entities import AnyFounding, Course, kind_of
from domain.entries import EntityId, Entry, as_happened
from domain.errands import Carried
from domain.living import Entity
from domain.policies import Policy
from domain.programme import Programme
from domain.tasks import deadlines_of
from domain.terms import Terms
from domain.values import Refusal, Value


class What(StrEnum):
    """What differs."""

    LETTER = "letter"
    ESCALATION = "escalation"
    DEADLINE = "deadline"
    SILENCE = "silent approval"
    REFUSED = "refused"
    END = "end"


class Difference(Value):
    """One thing that would have been otherwise: `was` and `now` as days or words; None where it is not there."""

    kind: str
    code: str
    on: date
    what: What
    subject: str
    """A letter's kind with the tasks it is about, a task, a gate or a request."""
    person: str | None = None
    """Whom a letter is to, or who asked, by id."""
    was: str | None = None
    now: str | None = None


@dataclass
class Again:
    """A life led once more: its course, the deadlines on the way, and what was turned back.

    `unfounded` is why it would not have begun; then nothing else has happened in it.
    """

    entity: EntityId
    course: Course = field(default_factory=Course)
    events: list[ev.AnyEvent] = field(default_factory=list)
    due: dict[tuple[str, str], datetime] = field(default_factory=dict)
    refused: list[tuple[Act, str]] = field(default_factory=list)
    unfounded: str | None = None
    names: dict[str, str | None] = field(default_factory=dict)
    """What goes on under a number on record, as it is called here: others move up where one was refused (None)."""

    @property
    def state(self) -> Entity:
        assert self.course.state is not None, "a life begins with its founding"
        return self.course.state

    def happened(self, events: Sequence[ev.AnyEvent]) -> None:
        """Take down what follows."""
        for entry in as_happened(self.entity, events, self.course.number):
            self.due |= deadlines_of(self.course.take(entry))
        self.events += events

    def called(self, name: str) -> str | None:
        """The name here of what has this one on record; None where it is not there."""
        return self.names.get(name, name)

    def number_of(self, name: str) -> int | None:
        """The same, as the number alone."""
        called = self.called(name)
        return int(called.rpartition("/")[2]) if called is not None else None

    def silent(self) -> dict[str, datetime]:
        """The gates that silence settled, and when."""
        return {one.gate: one.at for one in self.events if isinstance(one, ev.GateSettled) and one.silent}


def again(entries: Sequence[Entry], until: datetime, terms: Terms | None = None) -> Again:
    """Lead a recorded life once more, up to a time: under the terms of its record, or under these from its founding on.

    How terms of partnerships reach other kinds is told in `domain.policies`. ValueError where the entries do not begin
    with a founding; Refusal where these terms are none that the entity could live by.
    """
    first = entries[0].event if entries else None
    if not isinstance(first, AnyFounding):
        raise ValueError("the entries do not begin with a founding")
    policy = Policy(terms, entries) if terms is not None else None
    life = Again(entries[0].entity)
    try:
        life.happened((policy.founding if policy is not None else first,))
    except ValueError as wrong:
        if policy is None:
            raise
        life.unfounded = str(wrong)
        return life
    for act in told_by(entries):
        if act.at > until:
            break
        _let_the_calendar_speak(life, act.at)
        if isinstance(act, ev.ErrandCarried):
            _carried(life, act)
            continue
        before = life.state
        try:
            life.happened(before.ask(_as_it_would_be(life, act, policy), act.by, act.at))
        except Refusal as refusal:
            life.refused.append((act, refusal.sentence))
        now = begun(before, life.state)
        life.names |= dict(zip_longest(act.began, now[: len(act.began)]))
    _let_the_calendar_speak(life, until)
    return life


def _carried(life: Again, told: ev.ErrandCarried) -> None:
    """What came back of an errand, as it is on record: others decided it, and these terms are not theirs."""
    called = life.called(errand_called(told.errand))
    if called is not None:
        came = Carried(done=told.done, refused=told.refused, after=told.after, over=told.over)
        life.happened(life.state.carried(called.partition("/")[2], came, told.at))


def _as_it_would_be(life: Again, act: Act, policy: Policy | None) -> rq.AnyRequest:
    """A recorded request as it reads in this life."""
    match act.request:
        case rq.Confirm(proposal=number) | rq.Decline(proposal=number):
            called = life.number_of(proposal_called(number))
            if called is None:
                raise Refusal("what was proposed was refused")
            return act.request.model_copy(update={"proposal": called})
        case rq.AnswerObjection(objection=number):
            called = life.number_of(objection_called(number))
            if called is None:
                raise Refusal("the objection was refused")
            return act.request.model_copy(update={"objection": called})
        case rq.RunAgain(errand=id) | rq.LetBe(errand=id):
            errand = life.called(errand_called(id))
            if errand is None:
                raise Refusal("what the others were asked for was refused")
            return act.request.model_copy(update={"errand": errand.partition("/")[2]})
        case rq.ObjectCutOff() if act.cut_off is not None and isinstance(life.state, Programme):
            # its code counts the days, which other terms may have moved
            code = life.state.cut_off_code(act.cut_off)
            return act.request.model_copy(update={"cut_off": code}) if code else act.request
        case rq.AdoptTerms(terms=terms) if policy is not None:
            return act.request.model_copy(update={"terms": policy.adopted(terms, act.order)})
        case _:
            return act.request


def _let_the_calendar_speak(life: Again, until: datetime) -> None:
    """Everything that falls due by then, each thing when it does."""
    now = life.events[-1].at
    while not life.state.ended and (due := life.state.next_due()) is not None and due <= until:
        now = max(due, now)
        life.happened(life.state.lapse(now))


def compared(entries: Sequence[Entry], until: datetime, terms: Terms) -> tuple[Difference, ...]:
    """All that would have been otherwise under these terms, by day; both lives are led anew, so only rules differ.

    Refusal where these terms are none that the entity could live by; what could not have begun under them is told with
    the reason, and everything of that life is gone.
    """
    if entries and entries[0].event.at > until:
        return ()
    was, now = again(entries, until), again(entries, until, terms)
    found = [
        *_founding(was, now),
        *_letters(was, now),
        *_deadlines(was, now),
        *_silences(was, now),
        *_refusals(was, now),
        *_ends(was, now),
    ]
    return tuple(sorted(found, key=lambda one: (one.on, one.what.value, one.subject, one.person or "")))


def _founding(was: Again, now: Again) -> Iterator[Difference]:
    first = was.events[0]
    if now.unfounded is not None:
        asker = first.by.person if first.by is not None else None
        yield _words(was, first.at, What.REFUSED, "founding", asker, "taken", now.unfounded)


def _letters(was: Again, now: Again) -> Iterator[Difference]:
    def told(life: Again) -> dict[tuple[str, str, tuple[str, ...]], Counter[date]]:
        days: dict[tuple[str, str, tuple[str, ...]], Counter[date]] = {}
        for letter in life.course.letters:
            days.setdefault((letter.kind, letter.recipient, letter.about), Counter())[letter.at.date()] += 1
        return days

    before, after = told(was), told(now)
    for key in dict.fromkeys((*before, *after)):
        kind, recipient, about = key
        gone = sorted((before.get(key, Counter()) - after.get(key, Counter())).elements())
        new = sorted((after.get(key, Counter()) - before.get(key, Counter())).elements())
        what = What.ESCALATION if kind == "escalation" else What.LETTER
        subject = " ".join((kind, *about))
        for place in range(max(len(gone), len(new))):
            left = gone[place] if place < len(gone) else None
            come = new[place] if place < len(new) else None
            yield _difference(was, what, subject, left, come, person=recipient)


def _deadlines(was: Again, now: Again) -> Iterator[Difference]:
    for key in dict.fromkeys((*was.due, *now.due)):
        (task, _), left, come = key, was.due.get(key), now.due.get(key)
        if left != come:
            yield _difference(was, What.DEADLINE, task, left, come)


def _silences(was: Again, now: Again) -> Iterator[Difference]:
    before, after = was.silent(), now.silent()
    for gate in dict.fromkeys((*before, *after)):
        left, come = before.get(gate), after.get(gate)
        if (left is None) != (come is None):  # another day is the deadline's difference
            yield _difference(was, What.SILENCE, gate, left, come)


def _refusals(was: Again, now: Again) -> Iterator[Difference]:
    before = {act.order for act, _ in was.refused}
    for act, sentence in now.refused:
        if act.order not in before:
            subject = act.request.kind.replace("_", "-")
            yield _words(was, act.at, What.REFUSED, subject, act.by.person, "taken", sentence)


def _ends(was: Again, now: Again) -> Iterator[Difference]:
    left, come = _end(was), _end(now)
    if left != come:
        on = min(end[0] for end in (left, come) if end is not None)
        before, after = (end[1] if end is not None else None for end in (left, come))
        yield _words(was, on, What.END, "end", None, before, after)


def _end(life: Again) -> tuple[datetime, str] | None:
    state = life.course.state
    if state is None or state.end is None or state.ended_at is None:
        return None
    return state.ended_at, f"{state.end.replace('_', ' ')}, {state.ended_at:%Y-%m-%d}"


def _words(
    of: Again, at: datetime, what: What, subject: str, person: str | None, was: str | None, now: str | None
) -> Difference:
    """What differs in words, under the day it came up."""
    return Difference(
        kind=kind_of(of.entity),
        code=of.state.code,
        on=at.date(),
        what=what,
        subject=subject,
        person=person,
        was=was,
        now=now,
    )


def _difference(
    of: Again, what: What, subject: str, was: date | None, now: date | None, *, person: str | None = None
) -> Difference:
    """Days or moments that differ, of which one is there; it stands under the earlier one's day."""
    on = min(one.date() if isinstance(one, datetime) else one for one in (was, now) if one is not None)
    return Difference(
        kind=kind_of(of.entity),
        code=of.state.code,
        on=on,
        what=what,
        subject=subject,
        person=person,
        was=_told(was),
        now=_told(now),
    )


def _told(at: date | None) -> str | None:
    if at is None:
        return None
    return f"{at:%Y-%m-%d %H:%M}" if isinstance(at, datetime) else at.isoformat()

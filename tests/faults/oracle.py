"""The oracle: what must hold after whatever happened, each check a function that names what does not.

(i) what was acknowledged is on record once, as it was asked; (ii) the log is whole, and entries, records and
workflows tell the same; (iii) every letter went out once; (iv) every checkpoint of before still fits; (v) every
open deadline has its timer; (vi) nobody died on their own, and every history can be replayed.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHistory

from audit import Report
from client.replay import Replayed
from domain.broad_requests import RestrictTravel
from domain.clockwork import Clockwork
from domain.entities import State, fold, folded, kind_of
from domain.entries import Entry
from domain.events import ErrandCarried, ExchangeHeld, TravelRestricted
from domain.reaching import kinds_meant, meant
from domain.records import standing_of
from domain.scopes import Scope
from domain.values import Actor, Refusal
from ledger.chain import Checkpoint
from ledger.rows import Attempt, FiledLetter, LetterStatus
from post.messages import message_id
from tests.faults.assassins import Kill
from tests.faults.campaign import Aftermath, Living
from tests.faults.household import DOMAIN, Received
from tests.faults.promises import Entries, Promise, promises
from tests.faults.witness import Asked, Kept

UNKNOWN = "on record, and unknown to the engine"
_IN_TIME = timedelta(seconds=1)


def acknowledged(asked: Iterable[Asked], entries: Mapping[str, Sequence[Entry]]) -> list[str]:
    """(i) Every answered request is on record once, under the numbers answered, and says what was asked.

    What it says is judged by asking the domain once more: the request, by the actor, of the entity as it stood
    just before, at the time on record, must give exactly these entries. A refused request left no trace, one
    without an answer at most one.
    """
    found = []
    lives = {entity: _Life(mine) for entity, mine in entries.items()}
    for one in asked:
        name = f"{one.entity}: {one.request.kind} {one.id}"
        life = lives.get(one.entity)
        numbers = life.of(one.id) if life is not None else ()
        if len({(answer.first, answer.last) for answer in one.answers}) > 1:
            found.append(f"{name}: answered twice, and differently")
        for answer in one.answers[:1]:
            if numbers != tuple(range(answer.first, answer.last + 1)):
                found.append(
                    f"{name}: answered as entries {answer.first} to {answer.last}, on record: {numbers}"
                )
        if one.refusals and not one.answers and numbers:
            found.append(f"{name}: refused, and yet on record as {numbers}")
        if numbers and life is not None and numbers == tuple(range(numbers[0], numbers[-1] + 1)):
            problem = life.judged(one, numbers)
            if problem:
                found.append(f"{name}: {problem}")
        elif numbers:
            found.append(f"{name}: on record more than once, as {numbers}")
    known = {one.id for one in asked}
    sent, told = _errands(entries)
    known |= {id for id, _ in sent.items()}
    for id, entity in sent.items():
        numbers = lives[entity].of(id) if entity in lives else ()
        if numbers and numbers != tuple(range(numbers[0], numbers[-1] + 1)):
            found.append(f"{entity}: the errand {id} is on record more than once, as {numbers}")
        if id in told and not numbers:
            found.append(f"{entity}: the errand {id} was told of as done, and is not on record")
    for entity, life in lives.items():
        found += [f"{entity}: on record is {id}, which nobody asked" for id in life.ids() if id not in known]
    return found


def _errands(entries: Mapping[str, Sequence[Entry]]) -> tuple[dict[str, str], set[str]]:
    """What entities were to ask of others, by the ids of the commands, and those of them that are told of as done."""
    sent: dict[str, str] = {}
    told: set[str] = set()
    for entity, mine in entries.items():
        state: State | None = None
        for entry in mine:
            before, event = state, entry.event
            state = folded(entity, state, event)
            for errand in state.errands:
                # to whom one of a scope goes is found round by round
                sent |= {errand.command(to, entity): to for to in errand.to or entries}
            if isinstance(event, ErrandCarried) and before is not None:
                errand = next(one for one in before.errands if one.id == event.errand)
                told |= {errand.command(to, entity) for to in event.done}
                sent |= {errand.command(to, entity): to for to in event.done}
    return sent, told


def once(entries: Entries, places: Mapping[tuple[str, int], int]) -> list[str]:
    """(i) What a visit or a broadcast promised came to its end and reached each of those it is for exactly once.

    Over all its rounds each of them answered once: whoever it names, and for a scope all that it meant from the order
    to the last round and nobody that it never meant. Whoever took it has its step on record once, and nobody else.
    `places` are those of entries in the log: who was written down as founded before an order, and came on record after
    it, is not found by it for sure.
    """
    found = []
    lives = {entity: _Life(mine) for entity, mine in entries.items()}
    for promise in promises(entries):
        name = f"{promise.entity}: {promise.errand.id}"
        over = promise.over(entries)
        if over is None:
            found.append(f"{name} was ordered and never came to its end")
            continue
        rounds = [event for at, event in promise.rounds(entries) if at <= over]
        done = Counter(to for event in rounds for to in event.done)
        answers = done + Counter(to.entity for event in rounds for to in event.refused)
        found += [f"{name} was answered {times} times by {to}" for to, times in answers.items() if times > 1]
        always, ever, gone = _meant(promise, over, entries[promise.entity], lives, places)
        found += [f"{name} passed over {to}" for to in sorted(always - set(answers))]
        found += [f"{name} is not meant for {to}, and asked it" for to in sorted(set(answers) - ever)]
        # whoever refused may be asked once more, by a person
        later = Counter(to for at, event in promise.rounds(entries) if at > over for to in event.done)
        for to, mine in entries.items():
            steps, wanted = sum(is_step(entry, promise) for entry in mine), (done + later)[to]
            if wanted == 0 and steps == 1 and to in gone - set(answers):
                continue  # it took it in a round that was lost with its worker, and had ended before the next
            if steps != min(wanted, 1) or wanted > 1:
                found.append(f"{name} was taken {wanted} times by {to}, which has it on record {steps} times")
    return found


def _meant(
    promise: Promise,
    over: datetime,
    mine: Sequence[Entry],
    lives: Mapping[str, _Life],
    places: Mapping[tuple[str, int], int],
) -> tuple[set[str], set[str], set[str]]:
    """Whom an errand is for: who was meant all the while that it was carried, who ever was, who was at first only."""
    scope = promise.errand.scope
    if scope is None:
        return set(promise.errand.to), set(promise.errand.to), set()
    begun = mine[promise.number - 1].recorded_at
    always, ever, gone = set(), set(), set()
    for entity, life in lives.items():
        at_first, in_the_end = (_is_meant(scope, life.at(moment)) for moment in (begun, over))
        if at_first and in_the_end and places[entity, 1] < places[promise.entity, promise.number]:
            always.add(entity)
        if at_first or in_the_end:
            ever.add(entity)
        if at_first and not in_the_end:
            gone.add(entity)
    return always, ever, gone


def _is_meant(scope: Scope, state: State | None) -> bool:
    if state is None or kind_of(state.entity) not in kinds_meant(scope):
        return False
    return meant(scope, standing_of(state), lambda: state)


def is_step(entry: Entry, promise: Promise) -> bool:
    """Whether an entry is what a promise wants of each: by what it says, whoever asked for it and under which id."""
    event, request = entry.event, promise.errand.request
    if isinstance(event, ExchangeHeld):
        return event.of == promise.entity
    # each order of a campaign has a text of its own
    return (
        isinstance(event, TravelRestricted)
        and isinstance(request, RestrictTravel)
        and event.order == request.order
    )


class _Life:
    """An entity's entries, and its state before each of them."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = {entry.number: entry for entry in entries}
        self._by_request: dict[str, list[int]] = defaultdict(list)
        self._before: dict[int, State | None] = {}
        self._after: list[tuple[datetime, State]] = []
        state: State | None = None
        for entry in entries:
            self._before[entry.number] = state
            state = folded(entry.entity, state, entry.event)
            self._after.append((entry.recorded_at, state))
            if entry.request is not None:
                self._by_request[entry.request].append(entry.number)

    def of(self, id: str) -> tuple[int, ...]:
        return tuple(self._by_request.get(id, ()))

    def at(self, moment: datetime) -> State | None:
        """How it stood at a moment of programme time."""
        return next((state for at, state in reversed(self._after) if at <= moment), None)

    def ids(self) -> list[str]:
        return list(self._by_request)

    def judged(self, one: Asked, numbers: tuple[int, ...]) -> str | None:
        entries = [self._entries[number] for number in numbers]
        before = self._before[numbers[0]]
        if before is None:
            return "it stands where the founding should"
        try:
            events = before.ask(one.request, one.by, entries[0].recorded_at)
        except Refusal as refusal:
            return f"on record although it was not allowed: {refusal.sentence}"
        if events != tuple(entry.event for entry in entries):
            return f"entries {numbers} do not say what was asked"
        return None


def attempts(asked: Iterable[Asked], held: Iterable[Attempt]) -> list[str]:
    """(i) Every grave refusal that somebody was told is on record once, with who tried what and the sentence."""
    told = [(one, refusal) for one in asked for refusal in one.refusals[:1] if refusal.grave]
    wanted = Counter(
        _attempt(one.entity, one.by, one.request.model_dump(mode="json"), refusal.sentence)
        for one, refusal in told
    )
    found = Counter(_attempt(one.entity, one.by, one.request, one.sentence) for one in held)
    return [
        f"attempt refused {times} times, on record {found[attempt]} times: {attempt}"
        for attempt in wanted | found
        if (times := wanted[attempt]) != found[attempt]
    ]


def _attempt(entity: str, by: Actor | None, request: dict[str, Any], sentence: str) -> str:
    who = by.model_dump(mode="json") if by is not None else None
    return json.dumps([entity, who, request, sentence], sort_keys=True, ensure_ascii=False)


def texts(kept: Iterable[Kept], held: Mapping[str, str]) -> list[str]:
    """(i) Every text the door said it keeps is in the vault, word for word."""
    return [f"the text {one.hash} is not as it was kept" for one in kept if held.get(one.hash) != one.text]


def whole(entries: Mapping[str, Sequence[Entry]], verified: Iterable[Report], rebuilt: Report) -> list[str]:
    """(ii) Entries are numbered without a gap, the chain verifies, and the records are what the entries fold to."""
    found = []
    for entity, mine in entries.items():
        if [entry.number for entry in mine] != list(range(1, len(mine) + 1)):
            found.append(f"{entity}: its entries have gaps")
    for report in verified:
        found += report.problems
    return found + list(rebuilt.problems)


def unrecorded(one: Living) -> str:
    """The complaint that a workflow has given more entries than it saw recorded."""
    return f"{one.entity}: {one.position.number} entries given, {one.position.recorded} recorded"


def level(living: Iterable[Living], entries: Mapping[str, Sequence[Entry]]) -> list[str]:
    """(ii) Each workflow holds what its entries fold to, and all of it is on record."""
    found = []
    for one in living:
        mine = entries.get(one.entity, ())
        if one.position.number != one.position.recorded:
            found.append(unrecorded(one))
        if len(mine) < one.position.number:
            found.append(
                f"{one.entity}: entry {one.position.number} is not on record, the last is {len(mine)}"
            )
            continue
        if fold(one.entity, [entry.event for entry in mine[: one.position.number]]) != one.state:
            found.append(f"{one.entity}: the workflow's state is not what its entries fold to")
    missing = set(entries) - {one.entity for one in living}
    return [*found, *(f"{entity}: {UNKNOWN}" for entity in sorted(missing))]


@dataclass
class Post:
    """What became of the letters. `copies` are second copies that no sender can rule out, `unsure` letters that
    were withdrawn after one of their tries ended with its worker."""

    found: list[str] = field(default_factory=list)
    ends: Counter[str] = field(default_factory=Counter)
    messages: int = 0
    copies: int = 0
    reworded: int = 0
    unsure: int = 0


def post(letters: Iterable[FiledLetter], received: Iterable[Received], kills: Sequence[Kill]) -> Post:
    """(iii) Every letter ended; what counts as sent was received, what does not was not; nothing came twice.

    One exception is in the nature of SMTP (RFC 1047): a worker that is killed when the server has the letter and
    before this is noted leaves nobody who knows. The letter goes again under the same Message-ID, with the
    same bytes. That is forgiven only where a worker was killed while the letter was claimed, once for each time.
    """
    told = Post()
    by_id: dict[str, list[Received]] = defaultdict(list)
    for message in received:
        by_id[message.message_id].append(message)
        told.messages += 1
    for filed in letters:
        name = f"letter {filed.letter.key}"
        told.ends[filed.status.value] += 1
        copies = by_id.pop(message_id(filed.letter.key, DOMAIN), [])
        if filed.status is LetterStatus.SENT:
            if not copies:
                told.found.append(f"{name}: marked as sent and never received")
        elif filed.status in (LetterStatus.PAST, LetterStatus.DOUBTFUL):
            told.unsure += (
                filed.status is LetterStatus.DOUBTFUL
            )  # a person decides; what matters is: not twice
        elif filed.status is LetterStatus.WITHDRAWN:
            if copies:
                told.unsure += 1
                copies = [
                    *copies,
                    copies[-1],
                ]  # whoever had it in hand must have been killed, as for a second copy
        else:
            told.found.append(f"{name}: ended as {filed.status.value} ({filed.last_error})")
        if any(copy.letter != filed.letter.key for copy in copies):
            told.found.append(f"{name}: received as another letter")
        if len(copies) > 1:
            told.copies += filed.status is LetterStatus.SENT
            told.found += [f"{name}: {problem}" for problem in _unforgiven(filed, copies, kills, told)]
    told.found += [
        f"received, and not on file: {messages[0].letter}" for messages in by_id.values() if messages
    ]
    return told


def _unforgiven(
    filed: FiledLetter, copies: Sequence[Received], kills: Sequence[Kill], told: Post
) -> Iterable[str]:
    if filed.attempts < len(copies):
        yield f"received {len(copies)} times after {filed.attempts} tries"
    if len({copy.content for copy in copies}) > 1:
        # a request for several things asks for what is left of them
        if len(filed.letter.about) > 1:
            told.reworded += 1
        else:
            yield "received twice, and not with the same bytes"
    deaths = [kill.at for kill in kills if kill.kind == "worker" and filed.letter.key in kill.in_hand]
    for copy, again in pairwise(copies):
        # the last copy of a withdrawn letter stands twice in the list: nothing came after it
        if not any(copy.at <= at and (again is copy or at <= again.at) for at in deaths):
            yield f"received at {copy.at:%H:%M:%S.%f} and again, and no worker was killed with it in hand"


def checkpoints(kept: Iterable[Checkpoint], heads: Mapping[int, str]) -> list[str]:
    """(iv) Every checkpoint taken on the way still fits the log; the chain up to it verifies with (ii)."""
    found = [
        f"the checkpoint of {one.size} entries does not fit any more"
        for one in kept
        if heads.get(one.size) != one.head
    ]
    return found


def timers(living: Iterable[Living], clockwork: Clockwork) -> list[str]:
    """(v) Every running entity that is due some time has a timer for that moment, and no other."""
    found = []
    for one in living:
        if not one.running:
            if not one.state.ended:
                found.append(f"{one.entity}: it does not run, and has not ended")
            continue
        due = one.state.next_due()
        if due is None:
            continue
        wanted = clockwork.wall(due)
        armed = _pending(one.history)
        if not any(abs(at - wanted) <= _IN_TIME for at in armed):
            found.append(
                f"{one.entity}: due at {wanted:%H:%M:%S.%f}, its timers fire at "
                f"{', '.join(f'{at:%H:%M:%S.%f}' for at in armed) or 'no time'}"
            )
    return found


def _pending(history: WorkflowHistory) -> list[datetime]:
    """For when the timers were set that have neither fired nor were taken back.

    A timer's delay is counted from what its workflow took for now: the start of the task that set it.
    """
    armed: dict[int, datetime] = {}
    started: dict[int, datetime] = {}
    now: dict[int, datetime] = {}
    for event in history.events:
        at = event.event_time.ToDatetime(tzinfo=UTC)
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED:
            started[event.event_id] = at
        elif event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
            now[event.event_id] = started[event.workflow_task_completed_event_attributes.started_event_id]
        elif event.event_type == EventType.EVENT_TYPE_TIMER_STARTED:
            timer = event.timer_started_event_attributes
            since = now[timer.workflow_task_completed_event_id]
            armed[event.event_id] = since + timer.start_to_fire_timeout.ToTimedelta()
        elif event.event_type == EventType.EVENT_TYPE_TIMER_FIRED:
            armed.pop(event.timer_fired_event_attributes.started_event_id, None)
        elif event.event_type == EventType.EVENT_TYPE_TIMER_CANCELED:
            armed.pop(event.timer_canceled_event_attributes.started_event_id, None)
    return sorted(armed.values())


def lives(
    deaths: Iterable[str],
    statuses: Mapping[str, int],
    living: Iterable[Living],
    reported: Iterable[str],
    replayed: Sequence[Replayed],
) -> list[str]:
    """(vi) Nobody died on their own or ended badly, no workflow task fails, and every history replays."""
    found = [*deaths]
    found += [f"{name} ended with status {status}" for name, status in statuses.items() if status]
    found += [f"{entity}: its workflow tasks fail" for entity in reported]
    found += [
        f"{one.entity}: a workflow task is in its attempt {one.task_attempts}"
        for one in living
        if one.task_attempts > 1
    ]
    if not replayed:
        found.append("no history was replayed")
    found += [f"{one.entity}, run {one.run}: {one.trouble}" for one in replayed if one.trouble]
    return found


@dataclass
class Judgement:
    """What does not hold, by the oracle's numerals; and what became of the letters."""

    found: dict[str, list[str]]
    post: Post

    def __str__(self) -> str:
        return "\n".join(f"({name}) {sentence}" for name, all_ in self.found.items() for sentence in all_)

    @property
    def holds(self) -> bool:
        return not any(self.found.values())


def judged(after: Aftermath) -> Judgement:
    """All six."""
    told = post(after.letters, after.received, after.kills)
    return Judgement(
        found={
            "i": [
                *acknowledged(after.asked, after.entries),
                *once(after.entries, after.places),
                *attempts(after.asked, after.attempts),
                *texts(after.texts, after.texts_held),
            ],
            "ii": [*whole(after.entries, after.verified, after.rebuilt), *level(after.living, after.entries)],
            "iii": told.found,
            "iv": checkpoints(after.checkpoints, after.heads),
            "v": timers(after.living, after.clockwork),
            "vi": lives(after.deaths, after.statuses, after.living, after.reported, after.replayed),
        },
        post=told,
    )

"""People by the handle an operator types, and under which role they act."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from domain.living import Entity
from domain.terms import Seat
from domain.values import SIDES, Actor, Holder, Refusal, Role, Side, listed
from ledger.rows import Person
from ledger.store import SqlLedger

_PERSON_ID = re.compile(r"p-[0-9a-z]{6,40}")


def person(ledger: SqlLedger, key: str) -> Person:
    """The person of a key (or an id); Refusal, naming a near key, where there is nobody."""
    found = ledger.person_by_key(key) or (ledger.person(key) if _PERSON_ID.fullmatch(key) else None)
    if found is not None:
        return found
    keys = [one.key for one in ledger.people().values()]
    near = difflib.get_close_matches(key, keys, n=1, cutoff=0.6)
    hint = f"did you mean {near[0]}?" if near else "`tandem people list` shows who is on file"
    raise Refusal(f"there is nobody {key!r} on file; {hint}")


def names(ledger: SqlLedger, ids: Iterable[str] | None = None) -> dict[str, str]:
    """Names by id of everybody (or of these) who is on file; an erased person has none."""
    return {id: one.name for id, one in ledger.people(ids).items()}


def named(ledger: SqlLedger, sentence: str) -> str:
    """A sentence with names in place of the ids in it, where they are on file."""
    wanted = set(_PERSON_ID.findall(sentence))
    if not wanted:
        return sentence
    known = names(ledger, wanted)
    return _PERSON_ID.sub(lambda found: known.get(found[0], found[0]), sentence)


def acting(
    state: Entity,
    who: Person,
    behalf: Person | None,
    role: Role | None,
    side: Side | None,
) -> Actor:
    """In which role a person acts in an entity, found from who holds what there.

    `behalf` is who they act for; then that person's role counts. Roles held now come before those that are
    over, which are named so that the entity itself can say since when. Refusal where there is none to
    be found, or several and neither `role` nor `side` tells which.
    """
    of = behalf or who
    held = [
        one
        for one in state.holders
        if one.person == of.id and role in (None, one.role) and side in (None, one.side)
    ]
    now = [one for one in held if one.until is None]
    if behalf is not None:
        lent = [one for one in state.delegations if one.giver == behalf.id and one.to == who.id]
        now = [one for one in now if any((d.role, d.side) == (one.role, one.side) for d in lent)] or now
    found = _distinct(now) or _distinct(held)[-1:]
    if len(found) == 1:
        chosen_role, chosen_side = found[0]
    elif not found and role is not None:
        # nothing of the kind is held: the entity refuses that itself, and keeps the attempt
        chosen_role, chosen_side = role, side or _usual_side(state, of)
    elif not found:
        where = f" for the {side.value.upper() if side in SIDES else side.value} side" if side else ""
        raise Refusal(
            f"{of.name} ({of.key}) holds no role{where} in {state.code}; the secretariat records one first "
            "(change-holder)"
        )
    else:
        roles = listed([str(Seat(role=one, side=its)) for one, its in found])
        options = listed([_which(one, its, found) for one, its in found], "or")
        raise Refusal(f"{of.name} ({of.key}) is {roles} in {state.code}; say as which with {options}")
    return Actor(
        person=who.id, role=chosen_role, side=chosen_side, on_behalf_of=behalf.id if behalf else None
    )


def _which(role: Role, side: Side, among: list[tuple[Role, Side]]) -> str:
    """The option that tells one held role from the others: its name, or its side where the name is held twice."""
    same = [one for one, _ in among if one is role]
    return f"--role {role.value} --for-side {side.value}" if len(same) > 1 else f"--role {role.value}"


def _distinct(held: list[Holder]) -> list[tuple[Role, Side]]:
    return list(dict.fromkeys((one.role, one.side) for one in held))


def _usual_side(state: Entity, who: Person) -> Side:
    known = state.last_known(who.id)
    return known.side if known else Side.PROGRAMME


def erase(ledger: SqlLedger, key: str) -> Person:
    """Erase a person with the texts that are theirs; entries keep the id alone. Refusal for an unknown key."""
    found = person(ledger, key)
    ledger.erase_person(found.id)
    return found

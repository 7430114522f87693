"""Invented people for a programme whose file names none: enough of them to rehearse it, and nobody to write to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from client.programme_files import CHINA, PartnershipFacts, PersonFacts, ProgrammeFacts
from domain.values import Role, Side

_BRUSSELS, _BEIJING = "Europe/Brussels", "Asia/Shanghai"
_STAFF = (
    ("operator-1", Role.OPERATOR, "BE", _BRUSSELS),
    ("operator-2", Role.OPERATOR, CHINA, _BEIJING),
    ("team-leader", Role.TEAM_LEADER, "BE", _BRUSSELS),
    ("eu-delegation", Role.EU_DELEGATION, CHINA, _BEIJING),
    ("national-counterpart", Role.NATIONAL_COUNTERPART, CHINA, _BEIJING),
)
_OF_EACH_SIDE = (Role.FOCAL_POINT, Role.DEPUTY, Role.SIGNATORY)


def cast(facts: ProgrammeFacts, partnerships: Sequence[PartnershipFacts]) -> tuple[PersonFacts, ...]:
    """A holder for every role the default terms ask for, named after the role, with an address nobody reads."""
    return tuple(_everybody(facts, partnerships))


def _everybody(facts: ProgrammeFacts, partnerships: Sequence[PartnershipFacts]) -> Iterator[PersonFacts]:
    for key, role, country, zone in _STAFF:
        yield _person(key, role, country, zone)
    for number, cluster in enumerate(facts.clusters, start=1):
        key = f"cluster-manager-{number}"
        yield _person(key, Role.CLUSTER_MANAGER, "BE", _BRUSSELS).model_copy(update={"cluster": cluster.code})
    sides: tuple[Literal[Side.EU, Side.CN], ...] = (Side.EU, Side.CN)
    for number, one in enumerate(partnerships, start=1):
        for side in sides:
            member = one.eu if side is Side.EU else one.cn
            for role in _OF_EACH_SIDE:
                key = f"{number}.{side.value}.{role.value}"
                person = _person(key, role, member.country, member.zone)
                yield person.model_copy(update={"partnership": one.code, "side": side})


def _person(key: str, role: Role, country: str, zone: str) -> PersonFacts:
    return PersonFacts(
        key=key,
        role=role,
        name=f"invented {role.value.replace('_', ' ')}",
        email=f"{key}@example.org",
        language="zh" if country == CHINA else "en",
        zone=zone,
        country=country,
    )

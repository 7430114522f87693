"""How values travel to the engine and back, and how much of a stranger's is looked at."""

from __future__ import annotations

import dataclasses
from typing import Any

from pydantic import ValidationError
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import PydanticJSONPlainPayloadConverter
from temporalio.converter import (
    CompositePayloadConverter,
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    DefaultPayloadConverter,
    JSONPlainPayloadConverter,
)

from domain.requests import DATA_LIMIT, Command

_COMMAND = DATA_LIMIT + 4 * 1024
"""The largest request, its id and who asks."""
_OBJECTS, _VALUES = 8_000, 40_000
"""More than any calendar of that size has; what is wrong in each of them would take a second to find."""
_TOLD = 100


class _Json(PydanticJSONPlainPayloadConverter):
    """pydantic's JSON. A command may come from anybody who reaches the engine, so it is measured before it is read.

    Reading megabytes of nonsense takes pydantic longer than a workflow task may last, and the list of everything
    that is wrong in them is longer than an answer may be: either would stop the entity that was asked.
    """

    def from_payload(self, payload: Payload, type_hint: type | None = None) -> Any:
        if type_hint is not Command:
            return super().from_payload(payload, type_hint)
        if len(payload.data) > _COMMAND:
            raise ValueError(f"a command has at most {_COMMAND:,} bytes, this one has {len(payload.data):,}")
        if payload.data.count(b"{") > _OBJECTS or payload.data.count(b",") > _VALUES:
            raise ValueError("no command is made of so many pieces")
        try:
            return super().from_payload(payload, type_hint)
        except ValidationError as wrong:
            raise ValueError(f"this is no command: {_told(wrong)}") from None


def _told(wrong: ValidationError) -> str:
    count = wrong.error_count()
    if count > _TOLD:  # to list them all would take longer than to find them
        return f"{count:,} things in it are wrong"
    first = wrong.errors(include_url=False, include_input=False, include_context=False)[0]
    return f"{'.'.join(str(part) for part in first['loc'])[:200]}: {first['msg'][:300]}"


class _Payloads(CompositePayloadConverter):
    def __init__(self) -> None:
        mine = _Json()
        usual = DefaultPayloadConverter.default_encoding_payload_converters
        super().__init__(*(mine if isinstance(one, JSONPlainPayloadConverter) else one for one in usual))


_PLAIN = DataConverter(payload_converter_class=_Payloads)


def data_converter(*, encoded_failures: bool = False) -> DataConverter:
    """How values travel: pydantic's JSON. With a payload codec, failures should be encoded too."""
    if not encoded_failures:
        return _PLAIN
    return dataclasses.replace(_PLAIN, failure_converter_class=DefaultFailureConverterWithEncodedAttributes)

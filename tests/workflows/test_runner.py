"""The sandbox's shortened way: nothing of ours would need what it leaves out, and nothing else is left out."""

from __future__ import annotations

import inspect

from temporalio.converter import CompositePayloadConverter, WithSerializationContext
from temporalio.worker import WorkflowInstance

from client.payloads import data_converter
from workflows.runner import PlainInstance


def test_whatever_an_instance_can_be_asked_is_answered() -> None:
    """A method that a later library adds would else be answered by what it inherits."""
    asked = [name for name, _ in inspect.getmembers(WorkflowInstance, inspect.isfunction) if name[0] != "_"]
    assert [name for name in asked if name not in vars(PlainInstance)] == []
    assert len(asked) >= 5


def test_our_payloads_are_the_same_whatever_they_are_for() -> None:
    for encoded in (False, True):
        converter = data_converter(encoded_failures=encoded)
        assert converter.payload_codec is None and converter.external_storage is None
    # the library's own wrapper hands a context on; of what it wraps nothing takes it
    wrapped = data_converter().payload_converter_class()
    assert isinstance(wrapped, CompositePayloadConverter)
    parts = wrapped.converters.values()
    assert parts and not any(isinstance(part, WithSerializationContext) for part in parts)

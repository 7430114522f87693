"""Log lines: readable on a terminal, JSON otherwise, each with what it is about."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
from structlog.typing import Processor
from temporalio import activity, workflow
from temporalio.runtime import (
    LogForwardingConfig,
    LoggingConfig,
    PrometheusConfig,
    Runtime,
    TelemetryConfig,
    TelemetryFilter,
)

from client.settings import Settings
from client.troubles import Trouble


def arrange(settings: Settings) -> None:
    """Send every log line, ours and the libraries', to standard error in one form; metrics where they are wanted.

    Trouble where nobody can listen at the address for metrics.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    people = settings.log_format == "console" or (settings.log_format == "auto" and sys.stderr.isatty())
    ends: list[Processor]
    if people:
        ends = [
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            )
        ]
    else:
        # without the local variables of each frame, which structlog adds by itself: people's data are among them
        tracebacks = structlog.tracebacks.ExceptionDictTransformer(show_locals=False, max_frames=20)
        ends = [
            structlog.processors.ExceptionRenderer(tracebacks),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder(), _engine_fields],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *ends],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level.upper())
    logging.getLogger("alembic").setLevel(logging.WARNING)
    # the engine's library appends its fields to the message too, where they would stand twice
    workflow.logger.workflow_info_on_message = False
    activity.logger.activity_info_on_message = False
    # and its core, which is no Python, would write lines of its own
    core = LogForwardingConfig(logger=logging.getLogger("temporalio.core"))
    levels = TelemetryFilter(core_level="WARN", other_level="ERROR")
    metrics = PrometheusConfig(bind_address=settings.metrics_address) if settings.metrics_address else None
    telemetry = TelemetryConfig(logging=LoggingConfig(filter=levels, forwarding=core), metrics=metrics)
    try:
        Runtime.set_default(Runtime(telemetry=telemetry), error_if_already_set=False)
    except (RuntimeError, ValueError) as error:
        raise Trouble(
            f"TANDEM_METRICS_ADDRESS: nothing can listen at {settings.metrics_address} ({error}); give host:port of "
            "this machine, a port of its own for each worker"
        ) from error


def _engine_fields(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """What the engine's library tells of a line, under our names: entity, request, attempt."""
    told = line.pop("temporal_workflow", None) or line.pop("temporal_activity", None) or {}
    line.pop("temporal_activity", None)
    for theirs, ours in (
        ("workflow_id", "entity"),
        ("update_id", "request"),
        ("activity_type", "step"),
        ("attempt", "attempt"),
        ("run_id", "run"),
        ("workflow_run_id", "run"),
    ):
        if told.get(theirs) is not None:
            line.setdefault(ours, told[theirs])
    return line

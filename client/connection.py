"""The way to the engine: one task queue, and how to reach a namespace."""

from __future__ import annotations

import asyncio
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import IndexedValueType, TaskQueueType
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import (
    DescribeNamespaceRequest,
    DescribeTaskQueueRequest,
    SetWorkerDeploymentCurrentVersionRequest,
    UpdateNamespaceRequest,
)
from temporalio.client import Client, TLSConfig
from temporalio.service import RPCError, RPCStatusCode

from client import whereabouts
from client.payloads import data_converter
from client.settings import Settings
from client.troubles import Away, Trouble

TASK_QUEUE = "tandem"
DEPLOYMENT = "tandem"
"""The name all versioned workers are deployed under; the build tells them apart."""
RPC = timedelta(seconds=10)
"""How long one call to the engine may take; a time-out means that nobody knows, and it is asked again."""
RETENTION = timedelta(days=3652)
"""How long the engine keeps finished runs. A chapter is a finished run, so less would eat its history."""

SEARCH_ATTRIBUTES = {
    "TandemStage": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "TandemComponent": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "TandemCluster": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "TandemOverdue": IndexedValueType.INDEXED_VALUE_TYPE_INT,
    "TandemEntry": IndexedValueType.INDEXED_VALUE_TYPE_INT,
}


def worker_identity(process: int) -> str:
    """What the engine calls the worker with this process id; in a container every worker is process 1."""
    return f"worker-{process}@{socket.gethostname()}"


async def connect(settings: Settings, *, identity: str = "tandem") -> Client:
    """A client of the engine these settings name, or of the one that runs in the home folder.

    Raises Trouble, in a sentence, where it cannot be reached (Away) or does not know the namespace.
    """
    address = address_of(settings)
    try:
        # a server that takes connections and then says nothing is asked again by the library for half a minute
        async with asyncio.timeout(RPC.total_seconds()):
            client = await Client.connect(
                address,
                namespace=settings.temporal_namespace,
                data_converter=data_converter(),
                tls=_tls(settings),
                api_key=settings.temporal_api_key.get_secret_value() if settings.temporal_api_key else None,
                identity=identity,
                connect_timeout=timedelta(seconds=5),
            )
            # a server takes connections before it is ready, and whatever its namespaces: only a real call tells
            await client.workflow_service.describe_namespace(
                DescribeNamespaceRequest(namespace=settings.temporal_namespace), timeout=RPC
            )
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise Trouble(
                f"the engine at {address} has no namespace {settings.temporal_namespace!r}; "
                "create it there or set TANDEM_TEMPORAL_NAMESPACE"
            ) from error
        if error.status in (RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.UNAUTHENTICATED):
            raise Trouble(
                f"the engine at {address} does not let us in; check TANDEM_TEMPORAL_API_KEY and the certificates"
            ) from error
        raise Away(_unreachable(settings, address)) from error
    except (RuntimeError, OSError) as error:  # OSError: time is up, too
        raise Away(_unreachable(settings, address)) from error
    return client


def address_of(settings: Settings) -> str:
    """host:port of the engine; Trouble where none is named and none runs in the home folder."""
    if settings.temporal_address is not None:
        return settings.temporal_address
    found = whereabouts.running(settings.home)
    if found is None:
        raise Trouble(
            f"nothing is running in {_shown(settings.home)}; start it with `tandem up`, "
            "or name a cluster with TANDEM_TEMPORAL_ADDRESS"
        )
    return found.address


async def lacking_search_attributes(client: Client) -> tuple[str, ...]:
    """What the namespace should know partnerships by and does not."""
    listed = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace), timeout=RPC
    )
    return tuple(name for name in SEARCH_ATTRIBUTES if name not in listed.custom_attributes)


async def register_search_attributes(client: Client) -> tuple[str, ...]:
    """Make the namespace know what partnerships are searched by; the names that were new to it."""
    lacking = {name: SEARCH_ATTRIBUTES[name] for name in await lacking_search_attributes(client)}
    if lacking:
        await client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(namespace=client.namespace, search_attributes=lacking), timeout=RPC
        )
    return tuple(lacking)


async def raise_retention(client: Client, retention: timedelta = RETENTION) -> None:
    """Have the engine keep finished runs at least so long. A run's own end is fixed when it closes."""
    known = await client.workflow_service.describe_namespace(
        DescribeNamespaceRequest(namespace=client.namespace), timeout=RPC
    )
    if known.config.workflow_execution_retention_ttl.ToTimedelta() >= retention:
        return
    wanted = Duration()
    wanted.FromTimedelta(retention)
    await client.workflow_service.update_namespace(
        UpdateNamespaceRequest(
            namespace=client.namespace, config=NamespaceConfig(workflow_execution_retention_ttl=wanted)
        ),
        timeout=RPC,
    )


async def pollers(client: Client, queue: str, *, activities: bool) -> tuple[tuple[str, datetime], ...]:
    """Who asked this queue for work in the last five minutes, and when last, by the engine's clock."""
    kind = TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY if activities else TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW
    described = await client.workflow_service.describe_task_queue(
        DescribeTaskQueueRequest(
            namespace=client.namespace, task_queue=TaskQueue(name=queue), task_queue_type=kind
        ),
        timeout=RPC,
    )
    return tuple((one.identity, one.last_access_time.ToDatetime(UTC)) for one in described.pollers)


async def workers_seen(client: Client) -> tuple[str, ...]:
    """The names of all workers at work; one that was killed is taken for alive for a minute yet."""
    since = datetime.now(UTC) - timedelta(seconds=65)
    seen = await pollers(client, TASK_QUEUE, activities=False)
    return tuple(sorted({name for name, at in seen if at > since}))


async def set_current(client: Client, build: str) -> None:
    """Let new chapters start on this build; older ones end on the build they began with."""
    await client.workflow_service.set_worker_deployment_current_version(
        SetWorkerDeploymentCurrentVersionRequest(
            namespace=client.namespace,
            deployment_name=DEPLOYMENT,
            build_id=build,
            ignore_missing_task_queues=True,
        ),
        timeout=RPC,
    )


def _tls(settings: Settings) -> TLSConfig | bool | None:
    named = (settings.temporal_tls_ca, settings.temporal_tls_cert, settings.temporal_tls_key)
    if not any(named) and settings.temporal_tls_server_name is None:
        # None: the library then speaks TLS where an API key is given, and only there
        return True if settings.temporal_tls else None
    ca, cert, key = (_read(path) if path else None for path in named)
    return TLSConfig(
        server_root_ca_cert=ca,
        client_cert=cert,
        client_private_key=key,
        domain=settings.temporal_tls_server_name,
    )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Trouble(f"cannot read {path}: {error.strerror}") from error


def _unreachable(settings: Settings, address: str) -> str:
    if settings.temporal_address is not None:
        return f"no engine answers at {address}; check TANDEM_TEMPORAL_ADDRESS and that the cluster is up"
    return f"the engine of {_shown(settings.home)} does not answer at {address}; see its log in {settings.home}/logs"


def _shown(home: Path) -> str:
    return f"./{home}" if not home.is_absolute() and home.parts[:1] != ("..",) else str(home)

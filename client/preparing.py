"""Making ready what the product runs on: the ledger's tables, and what the engine's namespace must know."""

from __future__ import annotations

from temporalio.service import RPCError, RPCStatusCode

from client.connection import connect, raise_retention, register_search_attributes, set_current
from client.settings import Settings
from client.troubles import Trouble
from ledger import migrate


def tables(settings: Settings) -> None:
    """Bring the ledger's tables up to this version; doing it twice is once."""
    try:
        if settings.database_url is None:
            settings.home.mkdir(parents=True, exist_ok=True)
        migrate(settings.database)
    except ValueError as wrong:
        raise Trouble(f"TANDEM_DATABASE_URL: {wrong}") from None
    except OSError as error:
        raise Trouble(f"cannot keep data in {settings.home}: {error.strerror}") from None
    except Exception as error:
        # SQL is spoken in the ledger alone; only the kind is told, the rest may hold the address and password
        if type(error).__module__.startswith("sqlalchemy."):
            raise Trouble(f"the ledger's database does not answer ({type(error).__name__})") from error
        raise


async def namespace(settings: Settings) -> tuple[str, ...]:
    """Make the engine's namespace know our search attributes and keep runs for ten years; what was new to it.

    Trouble, naming what to set by hand, where the cluster does not let us.
    """
    client = await connect(settings)
    try:
        fresh = await register_search_attributes(client)
        await raise_retention(client)
    except RPCError as error:
        if error.status in (
            RPCStatusCode.PERMISSION_DENIED,
            RPCStatusCode.UNIMPLEMENTED,
            RPCStatusCode.UNAUTHENTICATED,
        ):
            raise Trouble(
                f"the cluster does not let us prepare the namespace {settings.temporal_namespace!r} "
                f"({error.message}); its administrator adds the search attributes and the retention of ten years"
            ) from error
        raise Trouble(f"the engine does not answer: {error.message}") from error
    return fresh


async def current(settings: Settings, build: str) -> None:
    """Let new chapters begin on a build; Trouble where no worker of it has asked for work yet."""
    client = await connect(settings)
    try:
        await set_current(client, build)
    except RPCError as error:
        if error.status in (RPCStatusCode.NOT_FOUND, RPCStatusCode.FAILED_PRECONDITION):
            raise Trouble(
                f"the engine knows no build {build!r}; start a worker with TANDEM_BUILD={build} first, and ask again"
            ) from error
        raise Trouble(f"the engine does not take the build {build!r}: {error.message}") from error

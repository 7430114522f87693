"""Where Alembic begins: on the connection it is handed, inside that connection's transaction."""

from alembic import context

from ledger.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
context.run_migrations()

"""The same approvals on DBOS, in a virtual environment of its own: as an entity that waits, and as a short workflow.

    python dbos_approvals.py DATABASE      # then one line of JSON on stdin for each turn, one on stdout for its answer

A turn is {"how": "entity" or "short", "clients": 8, "each": 12}. Every approval writes a record row, an audit row and a
letter row in one transaction of a step, and is answered once that is done.
"""

import json
import sys
import threading
import time
import uuid

import psycopg
from dbos import DBOS, SetWorkflowID
from psycopg_pool import ConnectionPool

_TABLES = """
CREATE TABLE IF NOT EXISTS record (entity text PRIMARY KEY, approvals int NOT NULL, told text NOT NULL);
CREATE TABLE IF NOT EXISTS audit (id text PRIMARY KEY, entity text NOT NULL, told text NOT NULL);
CREATE TABLE IF NOT EXISTS letter (id text PRIMARY KEY, entity text NOT NULL, told text NOT NULL, status text NOT NULL);
"""


class Approvals:
    """The transaction that all approvals are."""

    pool: ConnectionPool

    @classmethod
    def record(cls, entity: str, id: str, told: str) -> None:
        with cls.pool.connection() as connection:
            connection.execute(
                "INSERT INTO record VALUES (%s, 1, %s) ON CONFLICT (entity) DO UPDATE "
                "SET approvals = record.approvals + 1, told = excluded.told",
                (entity, told),
            )
            connection.execute(
                "INSERT INTO audit VALUES (%s, %s, %s) ON CONFLICT DO NOTHING", (id, entity, told)
            )
            connection.execute(
                "INSERT INTO letter VALUES (%s, %s, %s, 'planned') ON CONFLICT DO NOTHING", (id, entity, told)
            )


@DBOS.step()
def record(entity: str, id: str, told: str) -> None:
    Approvals.record(entity, id, told)


@DBOS.workflow()
def entity(name: str) -> None:
    """Waits for approvals, records each, and says so."""
    while True:
        message = DBOS.recv("approval", 3600)
        if message is None or message["id"] == "end":
            return
        record(name, message["id"], message["told"])
        DBOS.set_event(message["id"], "recorded")


@DBOS.workflow()
def short(name: str, id: str, told: str) -> str:
    record(name, id, told)
    return "recorded"


def turn(how: str, clients: int, each: int) -> dict[str, object]:
    """So many clients, each with an entity of its own, each asking so many approvals one after the other."""
    took: list[float] = []
    told = json.dumps({"verdict": "approve", "gate": "G.test", "remark": "x" * 200})
    names = [f"entity/{uuid.uuid4().hex}" for _ in range(clients)]
    if how == "entity":
        for name in names:
            with SetWorkflowID(name):
                DBOS.start_workflow(entity, name)

    def client(name: str) -> None:
        for _ in range(each):
            id = uuid.uuid4().hex
            begun = time.perf_counter()
            if how == "entity":
                DBOS.send(name, {"id": id, "told": told}, "approval")
                answer = DBOS.get_event(name, id, timeout_seconds=60)
            else:
                with SetWorkflowID(id):
                    answer = short(name, id, told)
            if answer != "recorded":
                raise RuntimeError(f"{how}: no answer")
            took.append(time.perf_counter() - begun)

    threads = [threading.Thread(target=client, args=(name,)) for name in names]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - begun
    if how == "entity":
        for name in names:
            DBOS.send(name, {"id": "end"}, "approval")
    with Approvals.pool.connection() as connection:
        counted = [
            connection.execute(f"SELECT count(*) FROM {table} WHERE entity = ANY(%s)", (names,)).fetchone()[0]
            for table in ("audit", "letter")
        ]
    if len(took) != clients * each or counted != [clients * each] * 2:
        raise RuntimeError(f"{how}: {clients * each} asked, {len(took)} answered, {counted} on record")
    return {"took": took, "seconds": seconds}


def main() -> None:
    address = sys.argv[1]
    with psycopg.connect(address) as connection:
        connection.execute(_TABLES)
    Approvals.pool = ConnectionPool(address, min_size=8, max_size=8, open=True)
    DBOS(config={"name": "approvals", "system_database_url": address, "log_level": "ERROR"})
    DBOS.launch()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(turn(**json.loads(line))) + "\n")
        sys.stdout.flush()
    DBOS.destroy()


if __name__ == "__main__":
    main()

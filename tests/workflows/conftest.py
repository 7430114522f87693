from tests.engine import client, engine, skipping, world

__all__ = ["client", "engine", "skipping", "world"]

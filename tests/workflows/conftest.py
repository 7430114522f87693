from tests.engine import client, engine, skipping, world, worlds

__all__ = ["client", "engine", "skipping", "world", "worlds"]

from tests.engine import client, engine, world, worlds

__all__ = ["client", "engine", "world", "worlds"]

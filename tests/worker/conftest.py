from tests.engine import client, engine

__all__ = ["client", "engine"]

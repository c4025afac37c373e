"""Which servers does an installation use that was told none? Our own."""

from dataclasses import replace

from backend.config import Settings
from backend.embedded import postgres, valkey
from backend.embedded.sharing import Server

# Used until this process ends, however it ends.
_used: list[Server] = []


def complete(settings: Settings) -> Settings:
    """Fill in the database and the cache that the settings leave open, starting them if need be.

    Raise ProgramsMissing or StartFailed.
    """
    durable = settings.app_env != "test"
    if not settings.database_url:
        _used.append(postgres.start(settings.data_dir, durable=durable, binaries=None))
        settings = replace(settings, database_url=_used[-1].url)
    if not settings.redis_url:
        _used.append(valkey.start(settings.data_dir, durable=durable, binary=None))
        settings = replace(settings, redis_url=_used[-1].url)
    return settings

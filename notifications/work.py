"""What does the worker do by itself, and when?"""

from collections.abc import Mapping
from typing import Any

from backend import jobs
from backend.db import action
from backend.idempotency import forget_old
from notifications import delivery, fanout


@jobs.blueprint.periodic(cron="*/10 * * * * *")
@jobs.task(queueing_lock="sweep_messages")
def sweep_messages(tools: Mapping[str, Any], timestamp: int) -> None:
    """Announce what was left behind, free what dead workers held, send what has become due."""
    fanout.announce_late_events()
    delivery.sweep()
    settings = tools["settings"]
    delivery.send_all_due(
        tools["wechat"], settings.wechat_templates, rate=settings.wechat_send_rate
    )


@jobs.blueprint.periodic(cron="13 * * * *")
@jobs.task(queueing_lock="forget_old_keys")
def forget_old_keys(tools: Mapping[str, Any], timestamp: int) -> None:
    """Remove idempotency keys that no client may use any more."""
    action(forget_old)()

"""How is work handed to the worker? As a job in the same transaction as the records.

Procrastinate keeps its jobs in our PostgreSQL, so a job exists exactly when the change that
asked for it was committed. Redis is never a queue (DECISIONS 2).
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from procrastinate import App, Blueprint, PsycopgConnector, builtin_tasks
from procrastinate.exceptions import AlreadyEnqueued
from sqlalchemy.engine import make_url

from backend.db import session

NAMESPACE = "startup_parks"
STALLED_AFTER_S = 30
KEPT_H = 7 * 24

# Tasks are declared on this blueprint wherever they live, and joined by `job_app`.
blueprint = Blueprint()
_app: App | None = None


def task(**options: Any) -> Callable[[Callable[..., None]], Any]:
    """Declare work for the worker; it runs inside the context that the worker was given.

    The function's keyword `tools` holds what the worker brings along (`wechat`, `settings`).
    """

    def declare(function: Callable[..., None]) -> Any:
        @wraps(function)
        def run(context: Any, **arguments: Any) -> None:
            tools = context.additional_context
            with tools["app_context"]():
                function(tools=tools, **arguments)

        return blueprint.task(name=function.__name__, pass_context=True, **options)(run)

    return declare


def job_app(database_url: str) -> App:
    """Build the Procrastinate app of this process, through which jobs are deferred and run."""
    global _app
    url = make_url(database_url).set(drivername="postgresql")
    conninfo = url.render_as_string(hide_password=False)
    _app = App(connector=PsycopgConnector(conninfo=conninfo))
    _app.add_tasks_from(blueprint, namespace=NAMESPACE)
    return _app


def defer(name: str, /, queueing_lock: str | None = None, **arguments: Any) -> None:
    """Ask for a job inside the running transaction.

    With a `queueing_lock` nothing is added while a job with that lock is still waiting.
    """
    assert _app is not None, "job_app has not been called"
    connection = session.connection().connection.driver_connection
    try:
        with session.begin_nested():
            _app.configure_task(
                f"{NAMESPACE}:{name}", queueing_lock=queueing_lock, connection=connection
            ).defer(**arguments)
    except AlreadyEnqueued:
        pass  # The waiting job will do this work as well.


@blueprint.periodic(cron="*/15 * * * * *")
@blueprint.task(name="retry_stalled_jobs", queueing_lock="retry_stalled_jobs", pass_context=True)
async def retry_stalled_jobs(context: Any, timestamp: int) -> None:
    """Put the jobs of a worker that stopped breathing back into the queue."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_S):
        await manager.retry_job(job)


@blueprint.periodic(cron="7 3 * * *")
@blueprint.task(name="remove_old_jobs", queueing_lock="remove_old_jobs", pass_context=True)
async def remove_old_jobs(context: Any, timestamp: int) -> None:
    """Forget what was done more than seven days ago."""
    await builtin_tasks.remove_old_jobs(context, max_hours=KEPT_H, remove_failed=False)

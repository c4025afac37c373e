"""How is work handed to the worker? As a job in the same transaction as the records.

Procrastinate keeps its jobs in our PostgreSQL, so a job exists exactly when the change that
asked for it was committed. Redis is never a queue (DECISIONS 2).
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from procrastinate import App, PsycopgConnector, builtin_tasks, signals
from procrastinate.exceptions import AlreadyEnqueued
from sqlalchemy.engine import make_url

from backend import heartbeats
from backend.db import session

# Where a job waits that says nothing else.
DEFAULT = "default"
STALLED_AFTER_S = 30
KEPT_H = 7 * 24

# Tasks are declared on this app wherever they live; a worker opens it.
app = App(connector=PsycopgConnector())
# This one is never opened: it defers on the connection of the running transaction, which an
# opened app, being asynchronous, cannot.
_deferring = App(connector=PsycopgConnector())


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

        declared: Any = app.task(name=function.__name__, pass_context=True, **options)
        return declared(run)

    return declare


def work(database_url: str, queues: Mapping[str, int], **options: Any) -> None:
    """Do jobs until SIGTERM or SIGINT, so many of each queue at once.

    For the options see Procrastinate's `run_worker`. A queue has places of its own, so that none
    waits behind another; when one of them cannot go on, all of them stop.
    """
    url = make_url(database_url).set(drivername="postgresql")
    conninfo = url.render_as_string(hide_password=False)
    with app.replace_connector(PsycopgConnector(conninfo=conninfo)) as connected:
        asyncio.run(_work(connected, queues, options))


async def _work(connected: App, queues: Mapping[str, int], options: Mapping[str, Any]) -> None:
    async with connected.open_async():
        working = [
            asyncio.create_task(
                connected.run_worker_async(
                    queues=[queue],
                    concurrency=places,
                    name=queue,
                    install_signal_handlers=False,
                    **options,
                )
            )
            for queue, places in queues.items()
        ]

        def stop() -> None:
            # Procrastinate takes it for "finish what is under way".
            for each in working:
                each.cancel()

        with signals.on_stop(stop):
            await asyncio.wait(working, return_when=asyncio.FIRST_EXCEPTION)
        stop()
        for ended in await asyncio.gather(*working, return_exceptions=True):
            if isinstance(ended, Exception):
                raise ended


def defer(
    name: str, /, queueing_lock: str | None = None, queue: str = DEFAULT, **arguments: Any
) -> None:
    """Ask for a job inside the running transaction.

    Who defers need not know the task, so the queue is named as well. With a `queueing_lock` nothing
    is added while a job with that lock is still waiting.
    """
    try:
        with session.begin_nested():
            # Asking for the connection in here is what sets the savepoint.
            connection = session.connection().connection.driver_connection
            _deferring.configure_task(
                name, queue=queue, queueing_lock=queueing_lock, connection=connection
            ).defer(**arguments)
    except AlreadyEnqueued:
        pass  # The waiting job will do this work as well.


@app.periodic(cron="* * * * * */15")
@app.task(name="retry_stalled_jobs", queueing_lock="retry_stalled_jobs", pass_context=True)
async def retry_stalled_jobs(context: Any, timestamp: int) -> None:
    """Put the jobs of a worker that stopped breathing back into the queue."""
    began, manager = time.monotonic(), context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_S):
        await manager.retry_job(job)
    await _beat(context, "retry_stalled_jobs", began)


@app.periodic(cron="7 3 * * *")
@app.task(name="remove_old_jobs", queueing_lock="remove_old_jobs", pass_context=True)
async def remove_old_jobs(context: Any, timestamp: int) -> None:
    """Forget what was done more than seven days ago."""
    began = time.monotonic()
    await builtin_tasks.remove_old_jobs(context, max_hours=KEPT_H, remove_failed=False)
    await _beat(context, "remove_old_jobs", began)


async def _beat(context: Any, job: str, began: float) -> None:
    """Note the success of a job that has no connection but the engine's own."""
    took_ms = round((time.monotonic() - began) * 1000)
    await context.app.connector.execute_query_async(heartbeats.BY_DRIVER, job=job, took_ms=took_ms)

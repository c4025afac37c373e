"""What does the worker do, on demand and by itself?"""

import logging
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import wraps
from typing import Any, Protocol

from backend import heartbeats, idempotency, jobs
from backend.cases import reminding, sweeping
from backend.config import Settings
from backend.db import action
from backend.documents import sweeping as documents
from backend.documents.shelf import Shelf
from backend.draws import sweeping as draws
from backend.errors import DatabaseDown
from backend.internships import reminding as months
from backend.internships import sweeping as internships
from backend.loans import reminding as loans
from backend.matches import sweeping as matches
from backend.screenings import actions as screenings
from backend.subsidies import reminding as subsidies
from backend.tenancies import prompting as admissions
from backend.tenancies import reminding as stays
from backend.tenancies import sweeping as tenancies
from notifications import (
    alarms,
    callbacks,
    delivery,
    digests,
    expansion,
    fanout,
    ledger,
    watching,
    wordings,
)
from notifications.expansion import BROADCASTS
from notifications.models import Lane
from notifications.sweepers import SWEEPERS

log = logging.getLogger(__name__)
# What comes in floods has one place of its own in each worker, and takes nobody else's.
MATCHING = "matches"
OWN_PLACES = (BROADCASTS, callbacks.QUEUE, MATCHING)
# The job of each lane, and where it waits.
SENDING = {
    Lane.DECISION: ("send_due", jobs.DEFAULT),
    Lane.BROADCAST: ("send_broadcast", BROADCASTS),
}
IDLE_S, STOP_WITHIN_S = 2.0, 20.0


class AppContext(Protocol):
    """Opens the context in which records can be reached."""

    def __call__(self) -> AbstractContextManager[Any]:
        """Open it."""


def run(
    settings: Settings,
    wechat: delivery.Pushes,
    app_context: AppContext,
    *,
    shelf: Shelf,
    concurrency: int,
) -> None:
    """Work until SIGTERM or SIGINT; what is under way is finished first."""
    begin(app_context)
    jobs.work(
        settings.database_url,
        {jobs.DEFAULT: concurrency, **dict.fromkeys(OWN_PLACES, 1)},
        additional_context={
            "settings": settings,
            "wechat": wechat,
            "app_context": app_context,
            "shelf": shelf,
            "watch": watching.Watch(),
        },
        delete_jobs="successful",
        fetch_job_polling_interval=IDLE_S,
        shutdown_graceful_timeout=STOP_WITHIN_S,
    )


def begin(app_context: AppContext) -> None:
    """Keep the words by which this process writes, and await from now on what it does by itself."""
    try:
        with app_context():
            action(wordings.keep)(wordings.all_of_them())
            heartbeats.expect(SWEEPERS)
    except DatabaseDown:
        log.warning("words are kept with the first message, jobs awaited from their first success")


def noting_success(function: Callable[..., None]) -> Callable[..., None]:
    """Have it noted when the function has come to a good end, and how long it took."""

    @wraps(function)
    def run(**arguments: Any) -> None:
        began = time.monotonic()
        function(**arguments)
        heartbeats.beat(function.__name__, time.monotonic() - began)

    return run


def _by_itself(function: Callable[..., None]) -> Any:
    """Declare what the worker does at the times of its row, once at a time."""
    name = function.__name__
    declared = jobs.task(queueing_lock=name)(noting_success(function))
    return jobs.app.periodic(cron=SWEEPERS[name].cron)(declared)


@jobs.task()
def announce_event(tools: Mapping[str, Any], event_id: int) -> None:
    """Write the messages of one event."""
    fanout.announce(event_id)


@jobs.task()
def send_due(tools: Mapping[str, Any]) -> None:
    """Send whatever is due on people's own cases."""
    _send(tools, Lane.DECISION)


@jobs.task(queue=BROADCASTS)
def send_broadcast(tools: Mapping[str, Any]) -> None:
    """Send what is due of notices to many, beside every other worker that has a place free."""
    if ledger.is_due(Lane.BROADCAST):
        _ask_for(Lane.BROADCAST)
        _send(tools, Lane.BROADCAST)


@_by_itself
def sweep_messages(tools: Mapping[str, Any], timestamp: int) -> None:
    """Announce what was left behind, free what dead workers held, send what has become due."""
    fanout.announce_late_events()
    ledger.sweep()
    ledger.rest()
    _send(tools, Lane.DECISION)
    if ledger.is_due(Lane.BROADCAST):
        _ask_for(Lane.BROADCAST)


@jobs.task(queue=callbacks.QUEUE)
def take_up_callbacks(tools: Mapping[str, Any]) -> None:
    """Take up what WeChat has told us; a run that the clock cut off is followed by another job."""
    if not callbacks.take_up_due(tools["settings"].wechat_templates):
        action(callbacks.ask_for_taking_up)()


@_by_itself
def sweep_callbacks(tools: Mapping[str, Any], timestamp: int) -> None:
    """Have taken up what was left behind, and receipts that came before their push was settled."""
    if callbacks.is_due():
        action(callbacks.ask_for_taking_up)()


@jobs.task(queue=BROADCASTS)
def send_notices(tools: Mapping[str, Any]) -> None:
    """Begin what is due, tell the next portions, and set aside what was stopped."""
    expansion.sweep()


@_by_itself
def sweep_notices(tools: Mapping[str, Any], timestamp: int) -> None:
    """See whether there is anything to do about a notice, and have it done where notices wait."""
    if expansion.is_due():
        action(expansion.ask)()


@jobs.task(queue=MATCHING)
def match_people(tools: Mapping[str, Any]) -> None:
    """Look at whom policies concern; a run that the clock cut off is followed by another job."""
    if not matches.sweep():
        _ask_for_matching()


@_by_itself
def sweep_matches(tools: Mapping[str, Any], timestamp: int) -> None:
    """See whether there is anybody to look at, and have it done where that waits."""
    if matches.is_due():
        _ask_for_matching()


@_by_itself
def watch_urgent(tools: Mapping[str, Any], timestamp: int) -> None:
    """Raise the alarm about urgent notices that have not reached their people."""
    alarms.watch()


@jobs.task(queue=BROADCASTS)
def write_digests(tools: Mapping[str, Any]) -> None:
    """Write the digests of the week, portion by portion."""
    digests.sweep()


@_by_itself
def sweep_digests(tools: Mapping[str, Any], timestamp: int) -> None:
    """See whether digests are to be written, and have it done where notices wait."""
    if digests.is_due():
        action(digests.ask)()


@_by_itself
def watch_sweepers(tools: Mapping[str, Any], timestamp: int) -> None:
    """Cry out what else has stopped that should be done by itself."""
    tools["watch"].look(watching.standing())


@_by_itself
def sweep_cases(tools: Mapping[str, Any], timestamp: int) -> None:
    """Let lapse what nobody answered, and put back into the queue what was left lying."""
    sweeping.sweep()


@_by_itself
def remind(tools: Mapping[str, Any], timestamp: int) -> None:
    """Remind of the days of cases at half past eight, and make up for a morning that was missed."""
    reminding.sweep()
    months.sweep()
    loans.sweep()
    stays.sweep()
    subsidies.sweep()
    admissions.sweep()


@_by_itself
def sweep_tenancies(tools: Mapping[str, Any], timestamp: int) -> None:
    """Let offers, agreements and terms end with their time, and hand on what is free."""
    tenancies.sweep()


@_by_itself
def sweep_draws(tools: Mapping[str, Any], timestamp: int) -> None:
    """Close the lists of draws and hold the draws at their moments."""
    draws.sweep()


@_by_itself
def sweep_internships(tools: Mapping[str, Any], timestamp: int) -> None:
    """Let agreements and windows run out after their last day, and end what is over."""
    internships.sweep()


@_by_itself
def forget_what_has_expired(tools: Mapping[str, Any], timestamp: int) -> None:
    """Remove idempotency keys that no client may use any more; screenings, callbacks in time."""
    action(idempotency.forget_old)()
    screenings.forget_old()
    callbacks.forget_old()


@_by_itself
def sweep_documents(tools: Mapping[str, Any], timestamp: int) -> None:
    """Remove what uploads left behind that never ended."""
    documents.sweep(tools["shelf"])


@_by_itself
def scan_documents(tools: Mapping[str, Any], timestamp: int) -> None:
    """Scan what could not be scanned when it came."""
    documents.scan_waiting(tools["shelf"])


def _send(tools: Mapping[str, Any], lane: Lane) -> None:
    """Send what is due in a lane; a run that the clock cut off is followed by another job."""
    settings: Settings = tools["settings"]
    began = time.monotonic()
    delivery.send_all_due(
        tools["wechat"], settings.wechat_templates, rate=settings.wechat_send_rate, lane=lane
    )
    if time.monotonic() - began >= delivery.RUN_S:
        _ask_for(lane)


@action
def _ask_for(lane: Lane) -> None:
    """Have one more run in a lane, unless one is waiting already."""
    name, queue = SENDING[lane]
    jobs.defer(name, queueing_lock=name, queue=queue)


@action
def _ask_for_matching() -> None:
    jobs.defer("match_people", queueing_lock="match_people", queue=MATCHING)

"""What stands, what may fall, and is everything accounted for afterwards?"""

import contextlib
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from backend.errors import DatabaseDown
from backend.wechat.simulator import people
from backend.wechat.simulator.world import APPID
from tests import papers
from tests.factories import SECTIONS, World
from tests.races.crowd import ask, desks, signed_in
from tests.running_system import Client, RunningSystem, children_of, parent_of, wait_until

FINAL = {"ACCEPTED", "REJECTED", "FAILED", "UNKNOWN", "SKIPPED", "EXPIRED", "CANCELLED"}
TARGETS = ("api worker", "api master", "job worker", "simulator", "postgres")


class Stack:
    """A running system, an app of ours over its database, and the way to break its parts."""

    def __init__(self, app: Flask, running: RunningSystem, data_dir: Path):
        self.app, self.running, self.data_dir = app, running, data_dir
        self.world = World(app)

    @property
    def postmaster(self) -> int:
        return int((self.data_dir / "postgres" / "postmaster.pid").read_text().split()[0])

    def child_of_postgres(self, name: str) -> int:
        """Return the process of PostgreSQL that bears this name, such as its WAL writer."""
        for child in children_of(self.postmaster):
            if name in Path(f"/proc/{child}/cmdline").read_text(errors="replace"):
                return child
        raise ProcessLookupError(name)

    def recover(self) -> None:
        """Wait until everything answers again, and let WeChat behave."""
        wait_until(self.database_answers)
        self.running.wait_until_ready()
        self.running.wish("DELETE", "misbehaviours")
        self.running.wish("POST", "release")
        self.running.wish("POST", "settings", latency_s=0.0)

    def database_answers(self) -> bool:
        """Tell whether PostgreSQL takes new connections."""
        engine = create_engine(
            self.app.config["SQLALCHEMY_DATABASE_URI"], connect_args={"connect_timeout": 2}
        )
        try:
            with engine.connect() as connection:
                return connection.scalar(text("SELECT 1")) == 1
        except OperationalError:
            return False
        finally:
            engine.dispose()

    def kill(self, target: str, chance: random.Random) -> None:
        """Send SIGKILL to one of the parts; something starts it again."""
        if target == "api worker":
            workers = self.running.api.children()
            with contextlib.suppress(ProcessLookupError):
                if workers:
                    os.kill(chance.choice(workers), signal.SIGKILL)
        elif target == "postgres":
            with contextlib.suppress(OSError, IndexError):
                os.kill(self.postmaster, signal.SIGKILL)
        else:
            {
                "api master": self.running.api,
                "job worker": self.running.worker,
                "simulator": self.running.simulator,
            }[target].kill()

    @contextmanager
    def postgres_down(self) -> Iterator[None]:
        """Keep PostgreSQL dead for the length of a block."""
        postmaster = self.postmaster
        keeper = parent_of(postmaster)
        os.kill(keeper, signal.SIGSTOP)
        try:
            os.kill(postmaster, signal.SIGKILL)
            wait_until(lambda: not self.database_answers())
            yield
        finally:
            os.kill(keeper, signal.SIGCONT)

    @contextmanager
    def postgres_hung(self) -> Iterator[None]:
        """Stop PostgreSQL, its back ends included, for the length of a block."""
        postmaster = self.postmaster
        stopped = [postmaster]
        os.kill(postmaster, signal.SIGSTOP)
        try:
            for child in children_of(postmaster):
                os.kill(child, signal.SIGSTOP)
                stopped.append(child)
            yield
        finally:
            for pid in reversed(stopped):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)


@dataclass
class Book:
    """What the clients were told: everything in here was acknowledged."""

    persons: list[str] = field(default_factory=list)
    created: list[str] = field(default_factory=list)
    submitted: list[str] = field(default_factory=list)
    approved: list[str] = field(default_factory=list)
    slowest_s: float = 0.0


class Clients:
    """People who apply and a manager who approves, all of whom try again with the same key."""

    def __init__(self, stack: Stack, number: int, *, threads: int = 6):
        self.stack, self.book = stack, Book()
        port = stack.running.port
        manager = stack.world.staff("demo-manager")
        self._manager = Client(port, manager.token)
        self._park = stack.world.park_id()
        self._units = [str(unit) for unit in desks(stack.app, number)]
        self._openids = [people.openid_of(f"p-{unit}", APPID) for unit in self._units]
        self._tokens = [signed_in(stack.app, openid).token for openid in self._openids]
        self.book.persons += self._openids
        self._errors: list[BaseException] = []
        self._threads = [
            threading.Thread(target=self._live, args=(range(first, number, threads),), daemon=True)
            for first in range(threads)
        ]

    def start(self) -> "Clients":
        for thread in self._threads:
            thread.start()
        return self

    @property
    def busy(self) -> bool:
        return any(thread.is_alive() for thread in self._threads)

    def wait(self) -> Book:
        for thread in self._threads:
            thread.join()
        if self._errors:
            raise self._errors[0]
        return self.book

    def _live(self, mine: Sequence[int]) -> None:
        try:
            for number in mine:
                started = time.monotonic()
                self._apply(number)
                took = time.monotonic() - started
                self.book.slowest_s = max(self.book.slowest_s, took)
        except BaseException as error:
            self._errors.append(error)

    def _apply(self, number: int) -> None:
        her = Client(self.stack.running.port, self._tokens[number])
        content = {"kind": "tenancy", "park_id": self._park, "sections": SECTIONS}
        draft = her.insist("POST", "/applications", content)
        assert draft.status_code == 201, draft.text
        id_ = draft.json["id"]
        self.book.created.append(id_)
        self._bring_papers(id_)
        sent = her.insist("POST", f"/applications/{id_}/submit", {}, etag=draft.headers["ETag"])
        assert sent.status_code == 200, sent.text
        self.book.submitted.append(id_)
        wish = {"unit_id": self._units[number]}
        path = f"/applications/{id_}/approve"
        done = self._manager.insist("POST", path, wish, etag=sent.headers["ETag"])
        assert done.status_code == 200, done.text
        self.book.approved.append(id_)

    def _bring_papers(self, application: str) -> None:
        """Lay them there, again after each death of the database."""
        while True:
            try:
                with self.stack.app.app_context():
                    return papers.attached(application)
            except (DBAPIError, DatabaseDown):
                time.sleep(0.2)


def kill_at_random(
    stack: Stack, clients: Clients, targets: Sequence[str], *, apart_s: float, seed: int
) -> Counter[str]:
    """Kill the targets, one after the other, while the clients are busy; count the kills."""
    chance, kills = random.Random(seed), Counter[str]()
    for target in targets:
        if not clients.busy:
            break
        time.sleep(chance.uniform(0.3, 2 * apart_s - 0.3))
        stack.kill(target, chance)
        kills[target] += 1
    return kills


@dataclass(frozen=True)
class Account:
    """The sum of it all: every number but the last two has to be zero."""

    lost: int
    applications_too_many: int
    holdings_too_many: int
    events_too_many: int
    messages_wrong: int
    deliveries_wrong: int
    keys_stuck: int
    unfinished: int
    sent_twice: int
    accepted_unsent: int
    unknown: int
    statuses: dict[str, int]

    def balance(self, kills: int) -> None:
        """Fail unless nothing is lost, doubled or stuck, and doubt is at most one per kill."""
        zero = {
            name: number
            for name, number in vars(self).items()
            if name not in ("unknown", "statuses") and number
        }
        assert not zero, f"{zero}; {self.statuses}"
        assert self.unknown <= kills, f"{self.unknown} unknown after {kills} kills"


def settled(app: Flask, openids: Sequence[str]) -> bool:
    """Tell whether every approval has its message and every push a final state."""
    open_ = ask(
        app,
        "SELECT count(*) FILTER (WHERE m.id IS NULL),"
        " count(*) FILTER (WHERE d.status <> ALL(:final))"
        " FROM identity i JOIN application a ON a.applicant_id = i.person_id"
        " LEFT JOIN message m ON m.person_id = i.person_id"
        " LEFT JOIN delivery d ON d.message_id = m.id"
        " WHERE i.subject = ANY(:openids) AND a.status = 'APPROVED'",
        final=sorted(FINAL),
        openids=list(openids),
    )
    return tuple(open_[0]) == (0, 0)


def still_open(app: Flask, openids: Sequence[str]) -> str:
    """Say what keeps the records from being settled, and what the workers have before them."""
    pushes = ask(
        app,
        "SELECT a.public_id, m.id, d.status, d.errcode, d.detail, d.lease_until - now() AS leased,"
        " d.next_try_at - now() AS next_try FROM identity i"
        " JOIN application a ON a.applicant_id = i.person_id"
        " LEFT JOIN message m ON m.person_id = i.person_id"
        " LEFT JOIN delivery d ON d.message_id = m.id"
        " WHERE i.subject = ANY(:openids) AND a.status = 'APPROVED'"
        " AND (d.status IS NULL OR d.status <> ALL(:final)) LIMIT 9",
        final=sorted(FINAL),
        openids=list(openids),
    )
    jobs = ask(
        app,
        "SELECT j.id, task_name, status, queueing_lock, worker_id, attempts, scheduled_at,"
        " now() - last_heartbeat AS silent FROM procrastinate_jobs j"
        " LEFT JOIN procrastinate_workers w ON w.id = worker_id"
        " WHERE status IN ('todo', 'doing') ORDER BY j.id LIMIT 20",
    )
    return "\n".join(str(row) for row in (*pushes, *jobs))


def accounts(app: Flask, book: Book, arrivals: Sequence[dict[str, Any]]) -> Account:
    """Hold what the clients were told against the records, and the pushes against WeChat's."""
    mine = {"openids": book.persons}
    whose = "person_id IN (SELECT person_id FROM identity WHERE subject = ANY(:openids))"
    applications = {
        str(row.id): row
        for row in ask(
            app,
            "SELECT public_id AS id, status, a.id AS number FROM application a"
            " WHERE applicant_id IN (SELECT person_id FROM identity WHERE subject = ANY(:openids))",
            **mine,
        )
    }
    lost = [id_ for id_ in book.created if id_ not in applications]
    for told, statuses in (
        (book.submitted, ("SUBMITTED", "APPROVED")),
        (book.approved, ("APPROVED",)),
    ):
        lost += [i for i in told if i not in applications or applications[i].status not in statuses]
    numbers = [row.number for row in applications.values()]
    events = ask(
        app,
        "SELECT subject_id, name, count(*) AS n FROM event WHERE subject_kind = 'application'"
        " AND subject_id = ANY(:numbers) GROUP BY subject_id, name HAVING count(*) > 1",
        numbers=numbers,
    )
    held = Counter(
        str(row[0])
        for row in ask(
            app,
            "SELECT application_id FROM holding WHERE application_id = ANY(CAST(:ids AS uuid[]))",
            ids=list(applications),
        )
    )
    approved = [id_ for id_, row in applications.items() if row.status == "APPROVED"]
    messages = ask(app, f"SELECT person_id, count(*) FROM message WHERE {whose} GROUP BY 1", **mine)
    pushes = ask(
        app,
        "SELECT i.subject AS openid, d.status FROM delivery d"
        " JOIN identity i ON i.person_id = d.person_id WHERE i.subject = ANY(:openids)",
        **mine,
    )
    # What WeChat refused with a code was certainly not shown to anybody. The stack has had others
    # before these people, of whom some may have heard twice.
    hers = [each for each in arrivals if each["carried_out"] and each["openid"] in book.persons]
    came = Counter(each["openid"] for each in hers)
    statuses = Counter(push.status for push in pushes)
    return Account(
        lost=len(lost) + sum(1 for id_ in approved if held[id_] == 0),
        applications_too_many=len(applications) - len(set(book.created)),
        holdings_too_many=sum(held.values()) - len(held),
        events_too_many=len(events),
        messages_wrong=abs(len(messages) - len(approved)) + sum(n > 1 for _, n in messages),
        deliveries_wrong=abs(len(pushes) - len(approved)),
        keys_stuck=ask(app, "SELECT count(*) FROM idempotency_key WHERE answer IS NULL")[0][0],
        unfinished=sum(n for status, n in statuses.items() if status not in FINAL),
        sent_twice=sum(1 for n in came.values() if n > 1),
        accepted_unsent=sum(
            1 for push in pushes if push.status == "ACCEPTED" and not came[push.openid]
        ),
        unknown=statuses["UNKNOWN"],
        statuses=dict(statuses),
    )

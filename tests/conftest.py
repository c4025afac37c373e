"""What does every test stand on? Real PostgreSQL, real Valkey, the real WeChat simulator.

One pair of servers for the whole run, shared by all its processes; one migrated and seeded
template database; a clone of it for each process, swept clean after each test.
"""

import fcntl
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from backend import config, embedded
from backend.config import Settings
from backend.db import db, session
from backend.parks.actions import seed_demo, seed_parks
from backend.readiness import MIGRATIONS
from backend.wechat.simulator.server import Simulator
from miniprogram_api.app import create_app
from miniprogram_api.commands import seed_demo_accounts
from tests.broom import Broom
from tests.factories import World
from tests.lending import Lender
from tests.records import change, keep_seed

TEMPLATE = "template_of_tests"
SWEPT = (
    "event, application, idempotency_key, message, delivery, holding, session, attempt, identity,"
    " civil_identity, civil_number, phone, duplicate, wechat_token, procrastinate_jobs,"
    " parameter_row, ruling_row, policy_version, decision_record, override, fact_record, profile,"
    " screening, correction, recusal, publicity, objection, reminder, tenancy,"
    " agreement, waiting_entry, document_opening, paper, document, stored_file,"
    " host, host_invitation, post, post_choice, internship, internship_agreement,"
    " internship_signature, internship_month, internship_answer, internship_payment,"
    " note, opinion, batch, batch_row, loan, institution, partner,"
    " relief, renewal, suspension, proceeding, graduation, check_out, headcount, head,"
    " subsidy, subsidy_line, subsidy_return, subsidy_payment, subsidy_recovery, subsidy_reminder,"
    " park_choice, admission, stopped_list, draw, ticket,"
    " gap, credit, credit_entry, unread, callback,"
    " text_check, code, code_picture, code_errand, code_openings,"
    " notice, notice_reader, muted,"
    " consent, standing, policy_match, policy_match_item,"
    " wording, rehearsal,"
    " weekly, digest, heartbeat"
)


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """The one folder of this run that all its processes know."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if hasattr(request.config, "workerinput") else base


@pytest.fixture(scope="session")
def servers(shared_folder: Path) -> Iterator[embedded.Servers]:
    with embedded.start(shared_folder / "servers", durable=False) as running:
        yield running


@pytest.fixture(scope="session")
def template(servers: embedded.Servers, shared_folder: Path) -> Iterator[str]:
    """A database as `make migrate` and the demo seed leave it, made by whoever comes first."""
    with (shared_folder / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _exists(servers.database_url, TEMPLATE):
            _administer(servers.database_url, f"CREATE DATABASE {TEMPLATE}")
            app = create_app(settings_for(_named(servers.database_url, TEMPLATE), servers))
            with app.app_context():
                flask_migrate.upgrade(directory=str(MIGRATIONS))
                seed_parks()
                seed_demo()
                seed_demo_accounts()
                # Tests travel to days before the one of the run, from which the seed appoints.
                change("UPDATE park_manager SET since_on = '2026-01-01'")
                keep_seed()
                db.engine.dispose()
    yield TEMPLATE


@pytest.fixture(scope="session")
def lender(servers: embedded.Servers, template: str, worker_id: str) -> Iterator[Lender]:
    """Whoever needs a database of her own borrows it here."""
    url, name = servers.database_url, f"own_{worker_id}"
    lender = Lender(
        _named(url, name),
        SWEPT.split(", "),
        copy=lambda: _copy(url, template, name),
        drop=lambda: _administer(url, f"DROP DATABASE {name} WITH (FORCE)"),
    )
    yield lender
    lender.close()


@pytest.fixture
def database_url(lender: Lender) -> Iterator[str]:
    """A database of one's own: the seed and nothing else, whatever becomes of it."""
    yield lender.lend()
    lender.take_back()


@pytest.fixture(scope="session")
def shared_simulator() -> Iterator[Simulator]:
    with Simulator() as running:
        yield running


@pytest.fixture
def simulator(shared_simulator: Simulator) -> Iterator[Simulator]:
    """WeChat's stand-in, behaving well and with an empty log."""
    yield shared_simulator
    shared_simulator.behave()
    shared_simulator.clear_log()
    shared_simulator.pushes.clear()


@pytest.fixture(scope="session")
def settings(
    servers: embedded.Servers,
    template: str,
    worker_id: str,
    shared_simulator: Simulator,
    shared_folder: Path,
) -> Settings:
    name = f"tests_{worker_id}"
    _copy(servers.database_url, template, name)
    chosen = settings_for(_named(servers.database_url, name), servers, shared_simulator.url)
    number = int(worker_id.removeprefix("gw")) + 1 if worker_id != "master" else 1
    return replace(
        chosen,
        redis_url=chosen.redis_url.replace("db=0", f"db={number % 16}"),
        upload_dir=shared_folder / f"uploads_{worker_id}",
    )


@pytest.fixture(scope="session")
def shared_app(settings: Settings) -> Iterator[Flask]:
    app = create_app(settings)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def lent_settings(
    lender: Lender, servers: embedded.Servers, shared_simulator: Simulator
) -> Settings:
    """The settings over whatever database is lent at the moment."""
    settings = settings_for(lender.url, servers, shared_simulator.url)
    return replace(settings, redis_url=servers.redis_url.replace("db=0", "db=15"))


@pytest.fixture(scope="session")
def lent_app(lent_settings: Settings) -> Flask:
    """The app over them: building one takes a quarter second."""
    return create_app(lent_settings)


@pytest.fixture(scope="session")
def sweep(shared_app: Flask) -> Broom:
    """What a test leaves behind is removed by this, in the app's context."""
    with shared_app.app_context():
        return Broom(db.engine, SWEPT.split(", "))


@pytest.fixture
def app(shared_app: Flask, sweep: Broom) -> Iterator[Flask]:
    """The app over a database that holds the seed and nothing else."""
    yield shared_app
    with shared_app.app_context():
        session.remove()
        sweep()
    shared_app.extensions["cache"].forget("parks")


@pytest.fixture
def world(app: Flask, simulator: Simulator) -> World:
    """People, managers and applications for the asking."""
    return World(app)


@pytest.fixture
def in_app(app: Flask) -> Iterator[Flask]:
    """The app's context, for calling queries and actions directly."""
    with app.app_context():
        yield app


def settings_for(
    database_url: str, servers: embedded.Servers, wechat: str = "http://127.0.0.1:9"
) -> Settings:
    """The settings of development, over these servers."""
    read = config.read({"APP_ENV": "test", "WECHAT_API_BASE": wechat, "WECHAT_SEND_RATE": "10000"})
    return replace(read, database_url=database_url, redis_url=servers.redis_url)


def _named(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def _administer(url: str, command: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(command))
    engine.dispose()


def _copy(url: str, template: str, name: str) -> None:
    # By its files: as a list of changes, which is the default, a copy takes ten times as long.
    _administer(url, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")


def _exists(url: str, name: str) -> bool:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = connection.scalar(text(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"))
    engine.dispose()
    return found is not None

"""What can be done from the command line? `python -m miniprogram_api.commands --help`."""

import sys
from pathlib import Path

import click
import flask_migrate
import orjson
from flask import Flask

from backend import config
from backend.access import Role
from backend.accounts.actions import create_staff
from backend.config import Settings
from backend.embedded.completion import complete
from backend.loans import institutions
from backend.parks import actions as parks
from backend.readiness import MIGRATIONS
from miniprogram_api import demo, logs, openapi, running
from miniprogram_api.app import create_app
from notifications import work


@click.group()
@click.pass_context
def main(context: click.Context) -> None:
    """Run the start-up parks' backend."""
    try:
        context.obj = config.read()
    except config.BadSettings as refused:
        sys.exit(f"start refused: {refused}")
    logs.configure(context.obj.log_level)


@main.command()
@click.pass_obj
def run(settings: Settings) -> None:
    """Start everything for trying it out; Ctrl-C stops it."""
    running.run(complete(settings))


@main.command()
@click.pass_obj
def migrate(settings: Settings) -> None:
    """Bring the database to the newest schema."""
    with _app(settings).app_context():
        flask_migrate.upgrade(directory=str(MIGRATIONS))


@main.command()
@click.option("--demo", "with_demo", is_flag=True, help="Add invented units and accounts.")
@click.pass_obj
def seed(settings: Settings, with_demo: bool) -> None:
    """Bring in the divisions, the 20 parks and the first administrator."""
    with _app(settings).app_context():
        print(f"{parks.seed_parks()} parks added")
        _bootstrap(settings)
        if with_demo:
            if settings.app_env == "production":
                sys.exit("demo accounts are never seeded in production")
            parks.seed_demo()
            seed_demo_accounts()


@main.command()
@click.option("--concurrency", default=2, show_default=True)
@click.pass_obj
def worker(settings: Settings, concurrency: int) -> None:
    """Do the jobs: announce events, send messages, clean up."""
    app = _app(settings)
    chosen = app.extensions["settings"]
    work.run(
        chosen,
        app.extensions["wechat"],
        app.app_context,
        shelf=app.extensions["shelf"],
        concurrency=concurrency,
    )


@main.command("openapi")
@click.option("--out", type=click.Path(path_type=Path), default=Path("build/openapi.json"))
@click.pass_obj
def write_openapi(settings: Settings, out: Path) -> None:
    """Write the OpenAPI document without a server or a database."""
    with create_app(settings).app_context():
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(orjson.dumps(openapi.document(), option=orjson.OPT_INDENT_2))
    print(out)


@main.command("demo")
@click.pass_obj
def tell_demo(settings: Settings) -> None:
    """Tell one whole journey against the running system."""
    demo.tell(f"http://127.0.0.1:{settings.port}")


def _app(settings: Settings) -> Flask:
    return create_app(complete(settings))


def _bootstrap(settings: Settings) -> None:
    """Create the first administrator when the settings name one."""
    if settings.bootstrap_admin_username:
        create_staff(
            settings.bootstrap_admin_username,
            name="系统管理员",
            role=Role.BUREAU_ADMIN,
            password=settings.bootstrap_admin_password,
            totp_secret=settings.bootstrap_admin_totp_secret,
            policy=settings.password_policy,
        )


def seed_demo_accounts() -> None:
    """Create the demo accounts, whose passwords and secrets everybody knows."""
    for account in demo.ACCOUNTS:
        create_staff(
            account.username,
            name=account.name,
            role=account.role,
            password=demo.PASSWORD,
            totp_secret=account.totp_secret,
            county=account.county,
        )
        for key in account.parks:
            parks.appoint_manager(account.username, park_key=key)
    seed_demo_partners()


def seed_demo_partners() -> None:
    """Let the demo accounts of partners report for invented institutions."""
    for account in demo.ACCOUNTS:
        if account.institution:
            name, kind = account.institution
            institutions.appoint(account.username, name=name, kind=kind)


if __name__ == "__main__":
    main()

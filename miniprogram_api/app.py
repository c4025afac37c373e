"""How are the pieces joined?"""

from typing import Any

from flask import Flask
from flask_migrate import Migrate
from werkzeug.middleware.proxy_fix import ProxyFix

from backend import vault
from backend.audit import actions as audit
from backend.cache import Cache
from backend.config import Settings
from backend.connections import engine_options
from backend.db import db
from backend.documents.scanner import Clamd, Scans
from backend.documents.shelf import Shelf
from backend.readiness import MIGRATIONS
from backend.wechat.callback import Door
from backend.wechat.client import WeChat
from backend.wechat.token_store import DatabaseTokens
from miniprogram_api import auth, cached, envelope, openapi, problems
from miniprogram_api.json import FastJson
from miniprogram_api.operations import KEPT, refuse_undeclared
from miniprogram_api.routes import (
    applications,
    batches,
    callbacks,
    cases,
    choices,
    claims,
    codes,
    consents,
    decisions,
    documents,
    draws,
    gaps,
    headcounts,
    history,
    identity,
    internships,
    loans,
    matches,
    messages,
    notices,
    opinions,
    parks,
    policies,
    posts,
    profiles,
    publicity,
    screenings,
    session,
    stays,
    subsidies,
    system,
    tenancies,
    texts,
    wordings,
)
from notifications import fanout, watching

# Half of a process's four threads: with WeChat hung, the others still answer reads.
LOGIN_SLOTS = 2
MAX_BODY = 1024 * 1024
# Pages outside of the contract: figures for this machine only, and the documentation.
OPEN_PAGES = frozenset({"metrics.get_metrics", "swagger_ui.show"})
NOUNS = (
    system,
    session,
    identity,
    parks,
    policies,
    screenings,
    profiles,
    applications,
    cases,
    gaps,
    history,
    batches,
    publicity,
    opinions,
    tenancies,
    stays,
    headcounts,
    choices,
    draws,
    posts,
    internships,
    loans,
    subsidies,
    claims,
    documents,
    decisions,
    messages,
    wordings,
    callbacks,
    texts,
    codes,
    notices,
    consents,
    matches,
)


def create_app(
    settings: Settings,
    *,
    wechat: Any = None,
    cache: Cache | None = None,
    scanner: Scans | None = None,
) -> Flask:
    """Build the app from its settings; another WeChat, cache or scanner may be passed in."""
    if scanner is None and settings.clamd_address:
        scanner = Clamd(settings.clamd_address)
    app = Flask("xingan", static_folder=None)
    app.json = FastJson(app)
    app.url_map.strict_slashes = app.url_map.merge_slashes = False
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_BODY,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings.database_url),
        TRUSTED_HOSTS=list(settings.trusted_hosts) or None,
    )
    vault.use(vault.Vault(settings.data_keys, settings.data_key_current, settings.index_keys))
    app.extensions.update(
        settings=settings,
        cache=cache or Cache(settings.redis_url),
        cursor_key=settings.cursor_key,
        shelf=Shelf(settings.upload_dir, scanner),
        watch=watching.Watch(),
        door=Door.of(
            settings.wechat_appid,
            settings.wechat_callback_token,
            settings.wechat_encoding_aes_keys,
        ),
    )
    db.init_app(app)
    Migrate(app, db, directory=str(MIGRATIONS))
    app.extensions["wechat"] = wechat or _wechat(app, settings)
    problems.register(app)
    auth.register(app, settings)
    api = openapi.register(app)
    for noun in NOUNS:
        api.register_blueprint(noun.routes)
    app.register_blueprint(system.metrics)
    app.register_blueprint(system.docs)
    refuse_undeclared(app, OPEN_PAGES)
    _listen()
    app.wsgi_app = cached.HotCopies(app, KEPT)  # type: ignore[method-assign, assignment]
    envelope.register(app)
    if hops := settings.trusted_proxy_hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
    return app


def _wechat(app: Flask, settings: Settings) -> WeChat:
    ring, place = vault.keys(), f"wechat_token|token|{settings.wechat_appid}"
    with app.app_context():
        tokens = DatabaseTokens(
            db.engine,
            settings.wechat_appid,
            seal=lambda plain: ring.seal(place, plain),
            unseal=lambda sealed: ring.unseal(place, sealed),
        )
    return WeChat(
        base_url=settings.wechat_api_base,
        appid=settings.wechat_appid,
        secret=settings.wechat_appsecret,
        tokens=tokens,
        login_slots=LOGIN_SLOTS,
    )


def _listen() -> None:
    """Let the messages hear of events: in their transaction, and once they are committed."""
    audit.deferred[:] = [fanout.defer_announcement]
    audit.told[:] = [fanout.announce]

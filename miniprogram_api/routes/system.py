"""System: is it alive, is it ready, what does it offer, what does a problem mean?"""

import hmac
from typing import Any

from flask import Blueprint, Response, current_app, request
from flask_swagger_ui import get_swaggerui_blueprint
from marshmallow import INCLUDE, Schema, fields
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest, multiprocess
from prometheus_client import REGISTRY as LOCAL

from backend import readiness
from backend.access import Principal
from backend.errors import DatabaseDown, NotFound
from miniprogram_api import json, openapi
from miniprogram_api.operations import Routes
from miniprogram_api.problems import BY_SLUG
from miniprogram_api.schemas.shared import Moment, Shown
from notifications import watching

routes = Routes("system", __name__, description="运行状态与说明")
metrics = Blueprint("metrics", __name__)
docs = get_swaggerui_blueprint("/docs", "/openapi.json", {"app_name": "兴安创业园 API"})
LOOPBACK = ("127.0.0.1", "::1")
# Swagger UI starts itself with a script in its page; nothing comes from another host.
DOCS_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; frame-ancestors 'none'"
)


class HealthSchema(Schema):
    """The process answers."""

    status = fields.String(required=True, metadata={"example": "ok"})


class ReadinessSchema(HealthSchema):
    """What the process needs, and whether it has it; Redis and stopped jobs are only reported."""

    database = fields.Boolean(required=True)
    schema_version = fields.String(required=True, allow_none=True, metadata={"example": "0009"})
    redis = fields.Boolean(required=True)
    stale_sweepers = fields.List(fields.String(), required=True, metadata={"example": []})


class SweeperSchema(Shown):
    """A periodic job: how long it may go without a success, and when it last had one."""

    job = fields.String(required=True, metadata={"example": "sweep_messages"})
    does = fields.String(required=True, metadata={"example": "发送到期的推送"})
    rests_s = fields.Integer(required=True, metadata={"example": 120})
    beaten_at = Moment(required=True, allow_none=True)
    took_ms = fields.Integer(required=True, allow_none=True, metadata={"example": 40})
    stale = fields.Boolean(required=True)


class SweeperListSchema(Shown):
    """Every periodic job."""

    items = fields.List(fields.Nested(SweeperSchema), required=True)


class DocumentSchema(Schema):
    """An OpenAPI document; its own specification says what may stand in it."""

    class Meta:
        """Options of the library."""

        unknown = INCLUDE

    openapi = fields.String(required=True, metadata={"example": "3.1.0"})
    info = fields.Dict(required=True, metadata={"example": {"title": "兴安创业园", "version": "1"}})
    paths = fields.Dict(required=True, metadata={"example": {}})


class MeaningSchema(Schema):
    """What a kind of problem means."""

    title = fields.String(required=True, metadata={"example": "场地已被占用"})
    status = fields.Integer(required=True, metadata={"example": 409})
    meaning = fields.String(required=True)


@routes.operation("GET", "/healthz", "checkHealth", gives=HealthSchema, base="")
def check_health() -> dict[str, str]:
    """The process is up."""
    return {"status": "ok"}


@routes.operation("GET", "/readyz", "checkReadiness", gives=ReadinessSchema, base="")
def check_readiness() -> dict[str, Any]:
    """The process can serve: PostgreSQL answers with the schema that this code expects.

    Periodic jobs that have stopped are named, and logged once: to take out of service who still
    answers people would make their delay a failure.
    """
    found = readiness.check(current_app.extensions["cache"])
    if not found["ready"]:
        raise DatabaseDown
    standing = watching.standing()
    current_app.extensions["watch"].look(standing)
    return {"status": "ok", **found, "stale_sweepers": watching.stale(standing)}


@routes.operation("GET", "/sweepers", "listSweepers", gives=SweeperListSchema, may_refuse=(403,))
def list_sweepers(by: Principal) -> dict[str, Any]:
    """What the worker does by itself, when it last came to a good end, and what has stopped."""
    return {"items": watching.standing()}


@routes.operation("GET", "/openapi.json", "getOpenapi", gives=DocumentSchema, base="")
def get_openapi() -> Response:
    """This document."""
    return json.answer(openapi.document())


@routes.operation("GET", "/problems/<slug>", "getProblem", gives=MeaningSchema)
def get_problem(slug: str) -> dict[str, Any]:
    """What a kind of problem means; the `type` of each problem document leads here."""
    if slug not in BY_SLUG:
        raise NotFound
    return BY_SLUG[slug]._asdict()


@metrics.get("/metrics")
def get_metrics() -> Response:
    """Counters and times for Prometheus, for this machine or the holder of the token."""
    token = current_app.extensions["settings"].metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if request.remote_addr not in LOOPBACK and not (
        token and hmac.compare_digest(given.encode(), token.encode())
    ):
        raise NotFound
    registry = LOCAL
    if current_app.extensions["settings"].metrics_dir:
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)
    return Response(generate_latest(registry), mimetype=CONTENT_TYPE_LATEST)


@docs.after_request
def allow_own_scripts(response: Response) -> Response:
    """Let the pages of the documentation run their own scripts."""
    response.headers["Content-Security-Policy"] = DOCS_POLICY
    return response

"""How is an operation declared? In one place: address, policy, input, output, guarantees.

An operation without a row in `access.PERMISSIONS` cannot be declared, so the app does not start.
"""

import re
from collections.abc import Callable, Mapping
from functools import wraps
from http import HTTPStatus
from typing import Any, NamedTuple

from flask import Request, Response, current_app, g, request
from flask_smorest import Blueprint
from marshmallow import Schema, ValidationError
from webargs.flaskparser import FlaskParser

from backend import access
from backend.errors import Invalid, Malformed, VersionMissing
from backend.steps import Step
from miniprogram_api import auth, cached, idempotency, json
from miniprogram_api.schemas.strict import Strict

BASE = "/api/v1"
_TAG = re.compile(r'(?:W/)?"([0-9]{1,18})"')
_ANY_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e]*"')


class Nothing(Strict):
    """A body without fields: absent or `{}`."""


class NoQuery(Strict):
    """No query parameter at all."""


class Operation(NamedTuple):
    """What the OpenAPI document says of an operation beyond its schemas."""

    id: str
    policy: list[str]
    audiences: frozenset[access.Audience]
    key: str
    if_match: bool
    has_body: bool
    transition: str | None
    may_refuse: frozenset[int]


OPERATIONS: dict[str, Operation] = {}


class Reader(FlaskParser):
    """webargs with our strict JSON, one value for each query name, and all faults at once."""

    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {}

    def load_json(self, req: Request, schema: Schema) -> Any:
        """Read the body."""
        return json.body(req)

    def load_querystring(self, req: Request, schema: Schema) -> Any:
        """Read the query; raise Malformed for a name that comes twice."""
        twice = [name for name in req.args if len(req.args.getlist(name)) > 1]
        if twice:
            raise Malformed(
                errors=[{"pointer": f"?{name}", "detail": "参数重复"} for name in twice]
            )
        return req.args.to_dict()

    def handle_error(self, error: ValidationError, req: Request, schema: Schema, **kwargs: Any):  # type: ignore[override,no-untyped-def]
        """Raise every fault at once: 400 for the query, 422 for the body."""
        (location, faults), *_ = error.normalized_messages().items()
        if location == "query":
            raise Malformed(errors=list(_flat(faults, "?")))
        raise Invalid(errors=list(_flat(faults, "#/")))


class Routes(Blueprint):
    """The operations of one noun."""

    ARGUMENTS_PARSER = Reader()

    def operation(
        self,
        method: str,
        rule: str,
        id: str,
        *,
        gives: type[Schema] | Schema | None,
        query: type[Strict] = NoQuery,
        body: type[Strict] | None = None,
        status: int = 200,
        key: str = "none",
        if_match: bool = False,
        versioned: bool = False,
        keep: str | None = None,
        steps: tuple[Step, ...] = (),
        may_refuse: tuple[int, ...] = (),
        base: str = BASE,
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Declare an operation; the view gets `by`, `query`, `body`, `seen` and the path by name.

        `key` says whether an Idempotency-Key is required (`key`), welcome (`natural`) or
        meaningless (`none`). `versioned` answers carry their version as ETag. `keep` names the
        part of the cache that holds finished answers.
        """
        policy = sorted(relation.name.lower() for relation in access.PERMISSIONS[id])
        writes = method != "GET"
        schema = gives() if isinstance(gives, type) else gives
        verb = id.removesuffix("Application")
        moves = sorted(
            {f"{s.status.name.lower()}→{s.to.name.lower()}" for s in steps if s.action == verb}
        )
        OPERATIONS[id] = Operation(
            id,
            policy,
            access.audiences(id),
            key,
            if_match,
            writes and method != "DELETE",
            ", ".join(moves) or None,
            frozenset(may_refuse),
        )

        def declare(view: Callable[..., Any]) -> Callable[..., Any]:
            inner = self.arguments(
                query, location="query", arg_name="query", error_status_code=400
            )(_without_spare_arguments(view))
            if OPERATIONS[id].has_body:
                takes = body or Nothing
                inner = self.arguments(takes, arg_name="body", required=body is not None)(inner)

            def perform(**path: Any) -> Response:
                by = auth.principal(id)
                given = idempotency.key(required=key == "key") if key != "none" else None
                seen = _version_seen() if if_match else None

                def answer(result: Any) -> Response:
                    return _rendered(result, schema, status, versioned)

                if given is None:
                    return answer(inner(by=by, seen=seen, **path))
                with idempotency.answer_once(given, by, id, answer):
                    return inner(by=by, seen=seen, **path)

            @wraps(inner)
            def guarded(**path: Any) -> Response:
                g.operation = id
                if writes:
                    return perform(**path)
                if keep:
                    return _conditional(cached.answer(keep, lambda: perform(**path)))
                return _conditional(perform(**path))

            documented = self.response(status, schema)(guarded)
            documented = self.doc(operationId=id)(documented)
            return self.route(base + rule, methods=[method], endpoint=id)(documented)

        return declare


def _without_spare_arguments(view: Callable[..., Any]) -> Callable[..., Any]:
    """Hand a view only what it names, so that views stay short."""
    wanted = view.__code__.co_varnames[
        : view.__code__.co_argcount + view.__code__.co_kwonlyargcount
    ]

    @wraps(view)
    def called(**given: Any) -> Any:
        return view(**{name: value for name, value in given.items() if name in wanted})

    return called


def _version_seen() -> int:
    """Return the version of If-Match; a tag that is not ours matches nothing (-1)."""
    given = request.headers.get("If-Match")
    if given is None:
        raise VersionMissing
    if not _ANY_TAG.fullmatch(given):
        raise Malformed('If-Match 须为 ETag 返回的值，如 "3"')
    ours = _TAG.fullmatch(given)
    return int(ours.group(1)) if ours else -1


def _rendered(result: Any, schema: Schema | None, status: int, versioned: bool) -> Response:
    if isinstance(result, Response):
        return result
    if schema is None:
        return current_app.response_class(status=HTTPStatus.NO_CONTENT)
    response = current_app.json.response(schema.dump(result))
    response.status_code = status
    if versioned:
        response.set_etag(str(result["version"]))
    return response


def _conditional(response: Response) -> Response:
    """Give a read its ETag and answer 304 when the reader has it already."""
    if response.status_code == HTTPStatus.OK:
        response.add_etag()
        response.make_conditional(request)
    return response


def _flat(faults: Any, pointer: str) -> Any:
    """Turn nested messages into one list of pointers and sentences."""
    if isinstance(faults, Mapping):
        for name, inner in faults.items():
            where = pointer.rstrip("/") if name == "_schema" else f"{pointer}{_escaped(name)}"
            nested = isinstance(inner, Mapping)
            yield from _flat(inner, f"{where}/" if nested and name != "_schema" else where)
        return
    for sentence in faults if isinstance(faults, list) else [faults]:
        yield {"pointer": pointer, "detail": str(sentence)}


def _escaped(name: Any) -> str:
    """Escape a name for a JSON pointer (RFC 6901); overlong names are cut."""
    return str(name)[:60].replace("~", "~0").replace("/", "~1")

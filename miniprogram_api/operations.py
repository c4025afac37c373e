"""How is an operation declared? In one place: address, policy, input, output, guarantees.

An operation without a row in `PERMISSIONS` cannot be declared, so the app does not start.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from http import HTTPStatus
from typing import Any, NamedTuple

from flask import Flask, Response, request
from flask_smorest import Blueprint
from marshmallow import Schema

from backend import access, db
from backend.errors import NotAllowed
from backend.permissions import PERMISSIONS
from backend.steps import Step
from backend.texts.kinds import LOOKED_AT
from miniprogram_api import auth, cached, envelope, idempotency, inputs, json, looking
from miniprogram_api.schemas.strict import Strict

BASE = "/api/v1"
View = Callable[..., Any]


class Undeclared(Exception):
    """A route of which nobody has said who may use it; the app does not start."""


class Nothing(Strict):
    """A body without fields: absent or `{}`."""


class NoQuery(Strict):
    """No query parameter at all."""


class Operation(NamedTuple):
    """What is promised of an operation.

    `key` says whether an Idempotency-Key is required (`key`), welcome (`natural`) or meaningless
    (`none`). `versioned` answers carry their version as ETag. `keep` names the part of the cache
    that holds finished answers, `own` the parameter that makes an answer one reader's own, which
    is not worth keeping. `verbs` are what the table of steps calls it. `may_refuse` adds statuses
    that nothing else here implies. `takes_file` says that the body is a form with a file, `media`
    which types of content it hands out. `signed` says that WeChat asks, by its own contract: what
    comes is judged by its signature alone, and read by the view itself. `live` answers tell more
    than their version does, so that nobody hears that nothing has changed.
    """

    id: str
    method: str
    gives: Schema | None
    status: int
    key: str
    if_match: bool
    versioned: bool
    keep: str | None
    own: str
    steps: tuple[Step, ...]
    verbs: tuple[str, ...]
    may_refuse: frozenset[int]
    takes_file: bool = False
    media: tuple[str, ...] = ()
    signed: bool = False
    live: bool = False

    @property
    def policy(self) -> list[str]:
        """Return the relations that open it."""
        return sorted(relation.name.lower() for relation in PERMISSIONS[self.id])

    @property
    def audiences(self) -> frozenset[access.Audience]:
        """Return whose tokens it takes."""
        return access.audiences(self.id)

    @property
    def has_body(self) -> bool:
        """Tell whether it reads a body."""
        return self.method in ("POST", "PUT")

    @property
    def transition(self) -> str | None:
        """Return the steps that it takes, as `from→to`."""
        taken = [step for step in self.steps if step.action in self.verbs]
        moves = {f"{step.status.name.lower()}→{step.to.name.lower()}" for step in taken}
        return ", ".join(sorted(moves)) or None


OPERATIONS: dict[str, Operation] = {}
# path: the operation and its part of the cache, for those whose finished answers are kept.
KEPT: dict[str, tuple[str, str]] = {}


class Routes(Blueprint):
    """The operations of one noun."""

    ARGUMENTS_PARSER = inputs.Reader()

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
        own: str = "",
        steps: tuple[Step, ...] = (),
        verbs: tuple[str, ...] = (),
        may_refuse: tuple[int, ...] = (),
        takes_file: bool = False,
        media: tuple[str, ...] = (),
        signed: Mapping[str, Any] | None = None,
        live: bool = False,
        base: str = BASE,
    ) -> Callable[[View], View]:
        """Declare an operation; its view is handed what it names.

        Those are `by` (the principal), `query`, `body`, `seen` (the version of If-Match), `looked`
        (what was made of its free texts) and the variables of the path. See Operation for the
        promises; `signed` is what the document says of a request of WeChat's.
        """
        schema = gives() if isinstance(gives, type) else gives
        promised = Operation(
            id,
            method,
            schema,
            status,
            key,
            if_match,
            versioned,
            keep,
            own,
            steps,
            verbs or (id.removesuffix("Application"),),
            frozenset(may_refuse),
            takes_file,
            media,
            signed is not None,
            live,
        )
        if id not in PERMISSIONS:
            raise Undeclared(id)
        OPERATIONS[id] = promised
        if keep:
            KEPT[base + rule] = (id, keep)

        def strictly_read(inner: View) -> View:
            inner = self.arguments(
                query, location="query", arg_name="query", error_status_code=400
            )(inner)
            if promised.has_body:
                inner = self.arguments(
                    body or Nothing,
                    location="files" if takes_file else "json",
                    arg_name="body",
                    required=body is not None and not body.may_be_absent,
                )(inner)
            return inner

        def declare(view: View) -> View:
            inner = _handed_what_it_names(id, view)
            guarded: Any = _guarded(promised, inner if promised.signed else strictly_read(inner))
            # The library's wrappers only document: what they would do, `_written` has done.
            guarded._apidoc = self.doc(operationId=id, **(signed or {}))(
                self.response(status, schema)(guarded)
            )._apidoc
            self.route(base + rule, methods=[method], endpoint=id)(guarded)
            return view

        return declare


def _guarded(operation: Operation, inner: View) -> View:
    """Put in front of a view who is asking, and behind it how the answer is written."""

    def perform(**path: Any) -> Response:
        by = auth.principal(operation.id)
        if not access.admits(by, operation.id):
            raise NotAllowed
        given = None
        if operation.key != "none":
            given = idempotency.key(required=operation.key == "key")
        seen = inputs.version_seen() if operation.if_match else None

        def answer(result: Any) -> Response:
            return _written(operation, result)

        if given is None:
            return answer(inner(by=by, seen=seen, **path))
        with idempotency.answer_once(given, by, operation.id, answer):
            return answer(inner(by=by, seen=seen, **path))

    @wraps(inner)
    def guarded(**path: Any) -> Response:
        envelope.note("operation", operation.id)
        if operation.method != "GET":
            return perform(**path)
        with db.one_connection():
            return _read(operation, lambda: perform(**path))

    return guarded


def _read(operation: Operation, perform: Callable[[], Response]) -> Response:
    if operation.keep and operation.own not in request.args:
        return cached.answer(operation.keep, perform)
    return perform() if operation.live else _conditional(perform())


def _handed_what_it_names(id: str, view: View) -> View:
    """Hand a view only the arguments that it names, so that views stay short.

    Raise Undeclared where free texts come in and the view does not hear what was made of them.
    """
    code = view.__code__
    wanted = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    if ("looked" in wanted) != (id in LOOKED_AT):
        raise Undeclared(id)

    @wraps(view)
    def called(**given: Any) -> Any:
        if "looked" in wanted:
            given["looked"] = looking.looked(id, given)
        return view(**{name: value for name, value in given.items() if name in wanted})

    return called


def _written(operation: Operation, result: Any) -> Response:
    if isinstance(result, Response):
        return result
    if operation.gives is None:
        return Response(status=HTTPStatus.NO_CONTENT)
    response = json.answer(operation.gives.dump(result))
    response.status_code = operation.status
    if operation.versioned:
        response.set_etag(str(result["version"]))
    return response


def _conditional(response: Response) -> Response:
    """Give a read its ETag and answer 304 when the reader has it already."""
    if response.status_code == HTTPStatus.OK:
        response.add_etag()
        response.make_conditional(request)
    return response


def refuse_undeclared(app: Flask, besides: frozenset[str]) -> None:
    """Raise Undeclared for a route that is neither an operation nor one of the named endpoints."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint.rpartition(".")[2] not in OPERATIONS and rule.endpoint not in besides:
            raise Undeclared(rule.rule)

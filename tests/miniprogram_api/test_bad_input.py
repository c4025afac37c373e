"""G-03, the product test: every parameter and every field of the document × everything nasty.

Nothing here knows a field by name: a new one in `/openapi.json` is tried the day it appears.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest
from werkzeug.test import TestResponse

from backend.access import PERMISSIONS
from tests.factories import BASE, Upload
from tests.miniprogram_api.ready import READY, Ready
from tests.miniprogram_api.refusals import records, refused, writes_so_far
from tests.records import change

# In each table a line is a class: what catches one value of it nearly always catches the others.
STRINGS = (
    ("", " ", "\u3000", "\t\r\n"),
    ("\x00", "a\x00b"),
    ("\ud800",),
    ("其\u202e格", "\u200b\ufeff", "\ue000\u0378"),
    ("\U0001f600", "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466", "𠮷"),
    ("Ame\u0301lie", "\u182e\u1823\u1829\u180e\u1820"),
    ("字" * 51, "a" + "\u0301" * 1000, "x" * 3000),
    ("null", "٣", "-1", "1e999", "９９９９９９", "9" * 30),
    ('a\r\n{"level":"AUDIT"}', "<script>alert(1)</script>", "{{7*7}}${7*7}%s%n"),
    ("' OR 1=1--", '"; DROP TABLE application;--', "%_\\"),
    ("../../../../etc/passwd", "=cmd|'/c calc'!A1"),
)
NUMBERS = (
    ("-1", "0", "-0", str(-(2**63))),
    ("0.005", "1.9", "3.0", "-1e-400"),
    ("1e400", "NaN", "Infinity"),
    (str(2**63), str(2**31), str(2**53 + 1), str(10**20), "1e30"),
    ("9" * 400,),
    ("true", "null", "[]", "{}", "[1]"),
    ('"3"', '"٣"', '"1_0"'),
)
DAYS = (
    ("2024-02-30", "2023-02-29", "2027-04-31", "0000-01-01"),
    ("9999-12-31", "0001-01-01"),
    ("20240101", "2024-W01-1", "2024/1/1", "2024年1月1日", "2024-1-1", "２０２７-01-01"),
    ("2027-01-01T00:00:00", "2027-01-01T00:00:00+08:00", "2016-12-31T23:59:60Z", "-2027-01-01"),
)
HEADERS = (
    ("", " ", "a b", "a\tb"),
    ("\u00e9", "\u5b57"),
    ('"', '""', '"a', "'a'", "W/"),
    ("a\x7f", "a\x01"),
    ("a" * 256, '"' + "a" * 256 + '"'),
    ("%00", "null", "-1", '"-1"', '"1e3"', '"' + "9" * 40 + '"'),
)
OTHERS = (
    ("null",),
    ("[]", "[[]]"),
    ("{}", '{"a":{"a":1}}'),
    ("0", "true", '"true"', '""', '"x"'),
)
Classes = tuple[tuple[str, ...], ...]
Chosen = Callable[[Classes, int], list[str]]
# Of a part that an earlier operation tries, a later one tries every so manieth value, each from
# another one on.
SAMPLED = 30
A_FEW = 3
# Changing a draft comes before creating one, which costs more to try.
IN_TURN = sorted(PERMISSIONS, reverse=True)
THE_HOLE = "the hole that a value fills"


class Case(NamedTuple):
    """One nasty value in one place."""

    hole: "Hole"
    value: str


def all_of(classes: Classes, turn: int) -> list[str]:
    """Everything, for the long run."""
    return [value for line in classes for value in line]


def one_of_a_few(classes: Classes, turn: int) -> list[str]:
    """One value of a few classes, from place to place of others."""
    lines = [classes[(turn + more) % len(classes)] for more in range(A_FEW)]
    return [line[turn % len(line)] for line in lines]


@pytest.mark.parametrize("operation", IN_TURN)
def test_nothing_nasty_breaks_an_operation_or_changes_a_record_by_being_refused(
    world, app, sweep, document, operation
):
    tried(world, app, sweep, document, operation, one_of_a_few)


@pytest.mark.reliability
@pytest.mark.parametrize("operation", IN_TURN)
def test_nothing_nasty_at_all_breaks_an_operation_or_changes_a_record_by_being_refused(
    world, app, sweep, document, operation
):
    tried(world, app, sweep, document, operation, all_of)


def tried(world, app, sweep, document, operation: str, chosen: Chosen) -> None:
    """Send the chosen values of every place of an operation, and look at what each does."""
    template, _, written = _documented(document, operation)
    documented = {int(status) for status in written["responses"]} | {404}
    cases = _cases(document, operation, chosen)
    ready, wrong = READY[operation](world), []
    writes = ready.method != "GET"
    before, quiet = records(app), writes_so_far(app)
    for case in cases:
        answer = _sent(app, template, ready, case)
        try:
            assert answer.status_code in documented, f"{answer.status_code} is not documented"
            if answer.status_code >= 400:
                refused(answer, answer.status_code)
                if writes and quiet != (quiet := writes_so_far(app)):
                    assert before == records(app), "refused, and yet changed"
        except AssertionError as fault:
            wrong.append(
                f"{case.hole.place} {case.hole.name} = {case.value[:60]!r}: {fault!s:.300}"
            )
        if answer.status_code < 300 and writes:
            ready = _once_more(world, sweep, operation, ready, answer)
        if answer.status_code < 300 or answer.status_code >= 429:
            with app.app_context():
                change("DELETE FROM attempt")
            before, quiet = records(app), writes_so_far(app)

    assert [] == wrong, f"{len(wrong)} of {len(cases)}:\n" + "\n".join(wrong)
    assert before == records(app) or not writes


def test_every_parameter_and_every_field_of_the_document_is_a_place_to_try(document):
    tried = [
        hole
        for operation in PERMISSIONS
        for hole in _holes(document, *_documented(document, operation)[1:])
    ]

    assert set(PERMISSIONS) == set(READY)
    assert document["paths"].keys() == {_documented(document, name)[0] for name in PERMISSIONS}
    assert len([hole for hole in tried if hole.place == "body"]) >= 45
    assert len([hole for hole in tried if hole.place != "body"]) >= 35
    assert sum(len(all_of(_nasty(hole), 0)) for hole in tried) >= 2000


def test_the_quick_run_tries_every_new_place_and_every_class_of_values_somewhere(document):
    cases = {name: _cases(document, name, one_of_a_few) for name in IN_TURN}
    quick = {case.value.strip('"') for found in cases.values() for case in found}

    for operation in IN_TURN:
        later, here = _shared(document, operation), {case.hole.name for case in cases[operation]}
        for hole in _holes(document, *_documented(document, operation)[1:]):
            assert hole.part_of in later or hole.name in here, hole
            for line in _nasty(hole):
                assert any(value.strip('"') in quick for value in line), (hole, line)
    assert len(quick) >= 100


def _cases(document: Any, operation: str, chosen: Chosen) -> list[Case]:
    """What to try of an operation: every new place as chosen, of the others a sample."""
    before, turn = _shared(document, operation), IN_TURN.index(operation)
    holes = _holes(document, *_documented(document, operation)[1:])
    return [
        Case(hole, value)
        for place, hole in enumerate(holes, turn)
        for value in (
            all_of(_nasty(hole), 0)[turn % SAMPLED :: SAMPLED]
            if hole.part_of in before
            else chosen(_nasty(hole), place)
        )
    ]


def _once_more(world, sweep, operation: str, ready: Ready, answer: TestResponse) -> Ready:
    """After a success, put things so that the next value meets the same request."""
    if "Idempotent-Replayed" in answer.headers:
        return ready
    if operation == "updateApplication":
        return ready._replace(etag=answer.headers["ETag"])
    if operation == "createApplication":
        made = f"/applications/{answer.json['id']}/withdraw"
        assert 200 == ready.by.post(made, {}, etag=answer.headers["ETag"]).status_code
        return ready
    if "/applications/" in ready.path:
        with world.app.app_context():
            sweep()
    return READY[operation](world)


def _documented(document: Any, operation: str) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """The template of the address, what its methods share, and the operation itself."""
    for template, path in document["paths"].items():
        for method, written in path.items():
            if method != "parameters" and written["operationId"] == operation:
                return template, path, written
    raise AssertionError(f"{operation} is not documented")


class Hole(NamedTuple):
    """A place for one value: where it stands and what is expected there."""

    place: str
    name: str
    pointer: tuple[str, ...]
    schema: dict[str, Any]
    part_of: str = ""


def _holes(document: Any, path: dict[str, Any], written: dict[str, Any]) -> list[Hole]:
    holes = [
        Hole(each["in"], each["name"], (), each["schema"], f"{each['in']} {each['name']}")
        for each in (*path.get("parameters", ()), *written.get("parameters", ()))
    ]
    if "requestBody" in written:
        (content,) = written["requestBody"]["content"].values()
        holes += _leaves(content["schema"], document["components"]["schemas"], (), "")
    return holes


def _leaves(
    schema: dict[str, Any], schemas: Any, pointer: tuple[str, ...], part_of: str
) -> Iterator[Hole]:
    if "$ref" in schema:
        part_of = schema["$ref"].rsplit("/", 1)[1]
        schema = schemas[part_of]
    where = "#/" + "/".join(pointer)
    if "properties" in schema and pointer:
        yield Hole("body", where, pointer, {"type": "object"}, part_of)
    for name, inner in schema.get("properties", {}).items():
        yield from _leaves(inner, schemas, (*pointer, name), part_of)
    if "properties" not in schema:
        yield Hole("body", where, pointer, schema, part_of)


def _shared(document: Any, operation: str) -> set[str]:
    """The parts that an earlier operation tries in full, so that a sample is enough here."""
    parts: set[str] = set()
    for earlier in IN_TURN:
        if earlier == operation:
            return parts
        _, path, written = _documented(document, earlier)
        parts |= {hole.part_of for hole in _holes(document, path, written)} - {""}
    return parts


def _nasty(hole: Hole) -> Classes:
    """Values for a place: words as they are outside of a body, JSON inside of it."""
    kinds = hole.schema.get("type", "object")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    if hole.place == "header":
        return HEADERS
    if hole.place != "body":
        # An empty path is another one.
        words = STRINGS if hole.place == "query" else (STRINGS[0][1:], *STRINGS[1:])
        return words + (DAYS[:1] if "string" in kinds else _unquoted(NUMBERS + DAYS[:1]))
    if "integer" in kinds or "number" in kinds:
        return NUMBERS
    if "string" not in kinds:
        return OTHERS
    words = DAYS if hole.schema.get("format") == "date" else STRINGS
    return tuple(tuple(map(json.dumps, line)) for line in words) + OTHERS


def _unquoted(classes: Classes) -> Classes:
    return tuple(tuple(value.strip('"') for value in line) for line in classes)


def _sent(app, template: str, ready: Ready, case: Case) -> TestResponse:
    """Send the ready request with the value in its place."""
    hole, value = case
    escaped = quote(value.encode("utf-8", "surrogatepass"), safe="")
    if isinstance(ready.content, Upload):
        if hole.place == "body":
            return ready.send(content=ready.content | {hole.pointer[0]: _in_a_form(value)})
    elif hole.place == "body":
        return ready.send(content=_body(ready.content, hole, value))
    if hole.place == "query":
        path, _, others = ready.path.partition("?")
        return ready.send(path=f"{path}?{hole.name}={escaped}&{others}".removesuffix("&"))
    if hole.place == "path":
        given, kept = template.split("/"), f"{BASE}{ready.path}".split("/")
        parts = [
            escaped if a == f"{{{hole.name}}}" else b for a, b in zip(given, kept, strict=True)
        ]
        return ready.send(path="/".join(parts))
    in_bytes = value.encode().decode("latin-1")
    if hole.name == "If-Match":
        return ready.send(etag=in_bytes)
    assert hole.name == "Idempotency-Key", hole.name
    return ready.send(key=in_bytes)


def _in_a_form(value: str) -> str:
    """A value as a form can hold it: words without their quotes, in UTF-8."""
    words = json.loads(value) if value.startswith('"') else value
    return words.encode("utf-8", "replace").decode()


def _body(content: Any, hole: Hole, value: str) -> bytes:
    changed = json.loads(json.dumps(content or {}))
    inner = changed
    for name in hole.pointer[:-1]:
        inner = inner.setdefault(name, {})
    inner[hole.pointer[-1]] = THE_HOLE
    return json.dumps(changed).replace(f'"{THE_HOLE}"', value).encode()

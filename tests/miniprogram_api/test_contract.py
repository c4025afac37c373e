"""G-02: does Schemathesis find a request for which the document is wrong?

A fresh seed at every run; a failure prints it. Every operation is asked by everybody, with good
and with bad data, about things that exist and about things that do not.
"""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as how
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.core.result import Ok

from backend.access import PERMISSIONS
from tests.broom import Broom
from tests.factories import BASE, World
from tests.miniprogram_api.ready import READY, Ready
from tests.records import change

CHECKS = [
    getattr(schemathesis.checks, name)
    for name in (
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_schema_conformance",
        "negative_data_rejection",
    )
]
# Ours besides the library's: a stale version, and a body that is too large.
ALSO_REFUSED = ["412", "413"]
ACTORS = ("anonymous", "citizen", "manager")
# These end the session that asks, so that each request needs another one.
ENDING = {"endSession", "endOtherSession"}


@pytest.fixture(scope="module")
def operations(shared_app, document) -> dict[str, Any]:
    """Schemathesis's view of every operation; one that it cannot read is a failure."""
    schema = schemathesis.openapi.from_dict(document)
    schema.app = shared_app
    expected = schema.config.checks.negative_data_rejection
    expected.expected_statuses = [*expected.expected_statuses, *ALSO_REFUSED]
    found = list(schema.get_all_operations())
    assert [] == [each for each in found if not isinstance(each, Ok)]
    return {each.ok().definition.raw["operationId"]: each.ok() for each in found}


def test_every_operation_can_be_fuzzed(operations):
    assert set(PERMISSIONS) == set(operations)


@pytest.mark.parametrize("operation", sorted(PERMISSIONS))
def test_no_request_gets_an_answer_that_is_not_in_the_document(
    world, app, sweep, operations, operation
):
    """With good data; the bad ones of every run are those of `test_bad_input`."""
    fuzzed(world, sweep, operations[operation], operation, [GenerationMode.POSITIVE], examples=2)


@pytest.mark.reliability
@pytest.mark.parametrize("operation", sorted(PERMISSIONS))
def test_no_request_of_many_gets_an_answer_that_is_not_in_the_document(
    world, app, sweep, operations, operation
):
    fuzzed(world, sweep, operations[operation], operation, list(GenerationMode), examples=150)


def fuzzed(
    world: World,
    sweep: Broom,
    described: Any,
    operation: str,
    modes: list[GenerationMode],
    examples: int,
) -> None:
    """Ask as everybody, with as much of each kind of data; fail when little was asked."""
    asked: Counter[str] = Counter()
    for mode in modes:
        with world.app.app_context():
            sweep()
        try:
            _ask(world, described, operation, mode, -(-examples // len(modes)), asked)
        except Unsatisfiable:
            # The document forbids nothing that can be sent at all.
            assert mode is GenerationMode.NEGATIVE
    takes_anything = any(described.iter_parameters()) or bool(described.body)
    least = examples // 2 if takes_anything else 1

    assert all(asked[actor] >= least for actor in ACTORS), f"{operation} was hardly asked: {asked}"


def _ask(
    world: World, described: Any, operation: str, mode: Any, examples: int, asked: Counter[str]
) -> None:
    ready = READY[operation](world)
    sign_in: dict[str, Callable[[], str | None]] = {
        "anonymous": lambda: None,
        "citizen": lambda: world.citizen().token,
        "manager": lambda: world.staff().token,
    }
    tokens = {actor: sign_in[actor]() for actor in ACTORS}

    @how(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )
    @given(case=_cases(described, ready, mode))
    def ask(case: Any) -> None:
        # Making a case up costs more than sending it, so everybody sends the same.
        for actor in ACTORS:
            asked[actor] += 1
            with world.app.app_context():
                change("DELETE FROM attempt")
            fresh = sign_in[actor]() if operation in ENDING else tokens[actor]
            answer = case.call(headers={"Authorization": f"Bearer {fresh}"} if fresh else {})
            case.validate_response(answer, checks=CHECKS)

    ask()


def _cases(described: Any, ready: Ready, mode: Any) -> st.SearchStrategy[Any]:
    """Cases about anything at all, and cases about what is really there."""
    parts = zip(described.path.split("/"), f"{BASE}{ready.path}".split("/"), strict=False)
    real = {name.strip("{}"): value for name, value in parts if name.startswith("{")}
    headers = {"If-Match": ready.etag} if ready.etag else {}
    anywhere = described.as_strategy(generation_mode=mode)
    if not real:
        return anywhere
    return anywhere | described.as_strategy(
        generation_mode=mode, path_parameters=real, headers=headers
    )

"""Does the API do what its document says, whatever is sent?"""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing import Registry, Resource
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from backend.access import PERMISSIONS
from tests.factories import World

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
PLENTY = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.function_scoped_fixture]
QUICK = settings(max_examples=20, deadline=None, suppress_health_check=PLENTY)
THOROUGH = settings(max_examples=150, deadline=None, suppress_health_check=PLENTY)
METHODS = ("get", "put", "post", "delete")


@pytest.fixture(scope="session")
def document(shared_app) -> dict[str, Any]:
    return shared_app.test_client().get("/openapi.json").json


@pytest.fixture(scope="session")
def described(shared_app):
    return schemathesis.openapi.from_wsgi("/openapi.json", shared_app)


def operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        operation
        for path in document["paths"].values()
        for method, operation in path.items()
        if method in METHODS
    ]


def test_the_document_is_valid_openapi_3_1(document):
    assert "3.1.0" == document["openapi"]
    OpenAPIV31SpecValidator(document).validate()


def test_the_document_holds_every_operation_of_the_permissions_and_no_other(document):
    assert set(PERMISSIONS) == {each["operationId"] for each in operations(document)}


def test_every_operation_says_who_may_use_it_and_what_a_repetition_does(document):
    for operation in operations(document):
        assert operation["x-policy"], operation["operationId"]
        assert operation["x-idempotent"] in ("key", "natural", "none")
        assert bool(operation["security"]) == (operation["x-policy"] != ["anyone"])


def test_every_example_fits_its_own_schema(document):
    whole = Registry().with_resource("urn:doc", Resource.opaque(document))
    for operation in operations(document):
        places = [*operation["responses"].values(), operation.get("requestBody", {})]
        for content in (c for place in places for c in place.get("content", {}).values()):
            schema = _absolute(content["schema"])
            assert "example" in content, operation["operationId"]
            Draft202012Validator(schema, registry=whole).validate(content["example"])


def test_a_step_of_the_workflow_names_its_transition(document):
    found = {each["operationId"]: each.get("x-transition") for each in operations(document)}

    assert "submitted→approved" == found["approveApplication"]
    assert "submitted→rejected" == found["rejectApplication"]
    assert found["getApplication"] is None


fuzzed = schemathesis.pytest.from_fixture("described")


@fuzzed.parametrize()
@QUICK
def test_anything_from_nobody_is_answered_as_documented(case, world: World):
    case.call_and_validate(checks=CHECKS)


@fuzzed.parametrize()
@QUICK
def test_anything_from_a_citizen_is_answered_as_documented(case, world: World):
    case.call_and_validate(checks=CHECKS, headers=bearer(world.citizen("fuzzer").token))


@fuzzed.parametrize()
@QUICK
def test_anything_from_a_manager_is_answered_as_documented(case, world: World):
    case.call_and_validate(checks=CHECKS, headers=bearer(world.staff().token))


@pytest.mark.reliability
@fuzzed.parametrize()
@THOROUGH
def test_a_hundred_and_fifty_of_each_are_answered_as_documented(case, world: World):
    case.call_and_validate(checks=CHECKS, headers=bearer(world.citizen("fuzzer").token))


@pytest.mark.reliability
@fuzzed.parametrize()
@THOROUGH
def test_a_hundred_and_fifty_of_each_from_a_manager_are_answered_as_documented(case, world: World):
    case.call_and_validate(checks=CHECKS, headers=bearer(world.staff().token))


def bearer(token: str | None) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _absolute(schema: Any) -> Any:
    """Let references lead into the whole document."""
    if isinstance(schema, dict):
        return {
            name: f"urn:doc{each}" if name == "$ref" else _absolute(each)
            for name, each in schema.items()
        }
    return [_absolute(each) for each in schema] if isinstance(schema, list) else schema

"""Is every free text of a citizen looked at, and nothing that is none?"""

from typing import Any

import marshmallow

from backend.access import Audience
from backend.applications.forms import free_texts
from backend.applications.kinds import Kind
from backend.applications.questions import FORMS, Type
from backend.texts.kinds import LOOKED_AT, TYPED, Place, spoken
from miniprogram_api.operations import OPERATIONS
from miniprogram_api.schemas.strict import Text
from tests.factories import WHOLE_FORMS

# Texts of several lines that citizens send and nobody looks at, and why.
OTHERWISE = {
    "createApplication": "a draft, which is looked at when it is handed in",
    "updateApplication": "a draft, which is looked at when it is handed in",
    "fillGap": "no free text may follow",
}


def texts_of(schema: Any) -> set[str]:
    """The names of every text of several lines in a body, whatever part it stands in."""
    found = set()
    for name, field in schema.fields.items():
        if isinstance(field, Text) and field.lines:
            found.add(name)
        if isinstance(field, marshmallow.fields.Nested):
            found |= texts_of(field.schema)
    return found


def bodies(app) -> dict[str, set[str]]:
    """By operation of citizens, the texts of several lines that it takes."""
    taken = {}
    for id, operation in OPERATIONS.items():
        view = app.view_functions[_endpoint(app, id)]
        # What WeChat sends is read by its own rules and takes no arguments.
        given = getattr(view, "_apidoc", {}).get("arguments", {"parameters": ()})["parameters"]
        for schema in (each["schema"] for each in given if each["in"] == "json"):
            if Audience.CITIZEN in operation.audiences:
                taken[id] = texts_of(schema() if isinstance(schema, type) else schema)
    return {id: names for id, names in taken.items() if names}


def _endpoint(app, id: str) -> str:
    return next(each for each in app.view_functions if each.rpartition(".")[2] == id)


def test_names_phones_and_numbers_are_never_looked_at():
    free = {f.label for sections in FORMS.values() for s in sections for f in s.fields if f.free}

    assert {"项目名称", "项目简介", "资金用途", "创业设想"} == free
    for sections in FORMS.values():
        for field in (field for section in sections for field in section.fields):
            assert not (field.free and (field.sensitive or field.kind is not Type.TEXT))
            assert not (field.free and field.may_follow)


def test_of_a_form_only_its_free_texts_are_looked_at():
    assert {"#/sections/loan/purpose": "购置奶食品加工设备"} == free_texts(
        Kind.GUARANTEE_LOAN, WHOLE_FORMS["guarantee_loan"]
    )
    assert {} == free_texts(Kind.STARTUP_SUBSIDY, WHOLE_FORMS["startup_subsidy"])
    assert {} == free_texts(Kind.TENANCY, {})


def test_of_a_request_only_what_was_written_is_looked_at():
    assert {"#/words": "请核实"} == spoken("objectToDecision", {"words": "请核实"})
    assert {} == spoken("leaveTenancy", {"words": "", "reason": "moving"})


def test_every_operation_with_free_texts_of_citizens_is_in_the_table_or_says_why_not(app):
    found = bodies(app)

    assert {"objectToDecision", "answerEviction", "createPost"} <= set(found)
    assert set(found) <= LOOKED_AT | set(OTHERWISE)
    assert not LOOKED_AT & set(OTHERWISE)


def test_each_place_belongs_to_the_texts_of_one_operation_or_to_the_form():
    assert len(TYPED) == len({each.place for each in TYPED.values()})
    assert set(Place) == {each.place for each in TYPED.values()} | {Place.APPLICATION}

"""How is a request read, so that every fault is named at once?"""

import pytest

from backend.errors import Malformed, VersionMissing
from miniprogram_api.inputs import FOREIGN_TAG, flat, version_seen


@pytest.mark.parametrize(
    ("tag", "version"),
    [('"3"', 3), ('W/"3"', 3), ('"0"', 0), ('"abc"', FOREIGN_TAG), ('"3.5"', FOREIGN_TAG)],
)
def test_a_tag_is_a_version_or_matches_nothing(app, tag: str, version: int):
    with app.test_request_context(headers={"If-Match": tag}):
        assert version == version_seen()


@pytest.mark.parametrize("tag", ["3", "*", '"3', '"1", "2"', '"\u0663"', ""])
def test_what_is_no_single_entity_tag_is_malformed(app, tag: str):
    with app.test_request_context(headers={"If-Match": tag}), pytest.raises(Malformed):
        version_seen()


def test_a_change_has_to_say_which_version_it_saw(app):
    with app.test_request_context(), pytest.raises(VersionMissing):
        version_seen()


def test_nested_messages_become_pointers():
    faults = {"sections": {"space": {"term_months": ["应为整数"], "a/b~c": ["不认识的字段"]}}}

    assert [
        {"pointer": "#/sections/space/term_months", "detail": "应为整数"},
        {"pointer": "#/sections/space/a~1b~0c", "detail": "不认识的字段"},
    ] == list(flat(faults, "#/"))


def test_a_fault_of_the_whole_body_points_at_the_whole():
    assert [{"pointer": "#", "detail": "应为对象"}] == list(flat({"_schema": ["应为对象"]}, "#/"))

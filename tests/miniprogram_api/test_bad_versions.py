"""MA-12: is nothing changed by whoever has not seen the newest version?"""

import pytest

from tests.factories import SECTIONS
from tests.miniprogram_api.refusals import nothing_changes, refused

AN_ID = "019ab3c0-7e1a-7d3f-9b44-5f1d2c6a8e10"
NEED_A_VERSION = [
    ("PUT", "", {"sections": {}}, "citizen"),
    ("POST", "/submit", {}, "citizen"),
    ("POST", "/withdraw", {}, "citizen"),
    ("POST", "/approve", {"unit_id": AN_ID}, "manager"),
    ("POST", "/reject", {"reasons": ["no_space"]}, "manager"),
]
MALFORMED_TAGS = ["1", '"1', '1"', "'1'", '"1", "2"', "W/1", 'w/"1"', '"a b"', '"字"', "*", '""1""']


@pytest.mark.parametrize(("method", "verb", "content", "who"), NEED_A_VERSION)
def test_ma12_a_change_without_the_right_version_is_refused(world, app, method, verb, content, who):
    her = world.citizen()
    made, etag = world.submitted(her) if who == "manager" else world.draft(her)
    caller = world.staff() if who == "manager" else her
    path = f"/applications/{made['id']}{verb}"
    with nothing_changes(app):
        refused(caller.send(method, path, content), 428, "version-missing")
        for tag in MALFORMED_TAGS:
            answer = caller.send(method, path, content, etag=tag.encode().decode("latin-1"))
            refused(answer, 400, "malformed")
        for tag in ('"0"', '"99"', '"abc"', '"-1"', '""', f'"{2**63}"', '"' + "9" * 40 + '"'):
            refused(caller.send(method, path, content, etag=tag), 412, "outdated")


@pytest.mark.parametrize(("method", "verb", "content", "who"), NEED_A_VERSION)
def test_ma12_the_version_before_the_last_change_is_refused(world, app, method, verb, content, who):
    her = world.citizen()
    made, old = world.draft(her)
    path = f"/applications/{made['id']}"
    changed = {"sections": SECTIONS | {"venture": {"stage": "planned", "name": "新名"}}}
    etag = her.put(path, changed, etag=old).headers["ETag"]
    assert old != etag
    if who == "manager":
        her.post(f"{path}/submit", {}, etag=etag)
    caller = world.staff() if who == "manager" else her
    with nothing_changes(app):
        problem = refused(caller.send(method, path + verb, content, etag=old), 412, "outdated")

    assert problem["seen"] < problem["current"]


def test_ma12_a_tag_that_only_looks_like_the_version_is_not_the_version(world, app):
    her = world.citizen()
    made, etag = world.draft(her)
    assert '"1"' == etag
    with nothing_changes(app):
        refused(her.put(f"/applications/{made['id']}", {}, etag='"01"'), 412, "outdated")

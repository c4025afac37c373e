"""Many cases over HTTP: tried, decided and undone."""

import pytest

from tests.factories import World
from tests.miniprogram_api.refusals import nothing_changes, pointers, refused

pytestmark = pytest.mark.usefixtures("in_app")


def test_cases_are_tried_decided_once_and_undone(world: World):
    his, unit = world.staff(), world.units()[0]["id"]
    rows = [
        {"application_id": case["id"], "seen": case["version"], "unit_id": unit}
        for case, _ in (world.submitted(world.citizen(name)) for name in ("one", "two"))
    ]
    wish = {"decision": "approve", "rows": rows}

    trial = his.post("/cases/bulk", wish)

    first, second = trial.json["rows"]
    assert ("decided", None) == (first["outcome"], first["problem"])
    assert "refused" == second["outcome"]
    assert second["problem"]["type"].endswith("/api/v1/problems/unit-taken")
    wish |= {"dry_run": False, "preview": trial.json["preview"]}
    made = [his.post("/cases/bulk", wish, key="once") for _ in range(2)]
    assert made[0].json == made[1].json
    path = f"/cases/bulk/{made[0].json['id']}"
    assert ["undo"] == his.get(path).json["actions"]
    refused(world.staff("demo-manager-2").get(path), 404)
    refused(world.citizen("one").get(path), 404)

    undone = his.post(f"{path}/undo", {})

    assert ["undone", "refused"] == [each["outcome"] for each in undone.json["rows"]]
    refused(his.post(f"{path}/undo", {}), 409, "wrong-status")
    one = his.get(f"/applications/{rows[0]['application_id']}").json
    assert ("submitted", None) == (one["status"], one["unit"])


@pytest.mark.parametrize("number", [0, 101])
def test_it_is_one_to_a_hundred(world: World, app, number):
    case, _ = world.submitted()
    rows = [{"application_id": case["id"], "seen": 2}] * number

    his = world.staff()

    with nothing_changes(app):
        answer = his.post("/cases/bulk", {"decision": "reject", "rows": rows})

    assert ["#/rows"] == pointers(refused(answer, 422))

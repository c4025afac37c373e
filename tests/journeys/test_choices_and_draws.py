"""Two journeys: a case that finds the second park, and a draw that a stranger reruns.

Told over HTTP, on the days on which it all happens.
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import time_machine

from backend.draws import lots
from backend.draws import sweeping as draws
from backend.tenancies import sweeping as tenancies
from tests.backend.draws.test_lots import rerun
from tests.factories import Caller, World

README = Path(__file__).parents[2] / "README.md"
SCRIPT = re.compile(r"<!-- rerun -->\n```python\n(.*?)```", re.S)
# A Tuesday, the Friday after it at five, and the Monday after that at ten.
ANNOUNCED, FREEZES, DRAWS = "2030-01-08T02:00Z", "2030-01-11T09:00Z", "2030-01-14T02:00Z"


def done(answer: Any, status: int = 200) -> Any:
    assert status == answer.status_code, answer.text
    return answer.json


def titles(by: Caller) -> list[str]:
    return [each["title"] for each in by.get("/messages").json["items"]]


def swept(world: World, moment: str) -> None:
    with time_machine.travel(moment, tick=False), world.app.app_context():
        draws.sweep()
        tenancies.sweep()


def test_a_case_finds_its_place_in_the_second_park(world: World):
    her, first, second = world.citizen(), world.staff(), world.staff("demo-manager-p01")
    # She applies to one park and says which others she would take, in her order.
    draft, etag = world.draft(her)
    path = f"/applications/{draft['id']}"
    others = {"other_parks": [world.park("P01")["id"], world.park("P13")["id"]]}
    named = her.put(f"{path}/choices", others, etag=etag)
    assert [1, 2, 3] == [each["choice"] for each in done(named)["items"]]
    sent = her.post(f"{path}/submit", {}, etag=named.headers["ETag"])
    assert "pass_on" in first.get(path).json["actions"]

    # The first park has no room: it may not refuse her for that, and leaves her to the next.
    why = {"reasons": ["no_space"], "note": "工位已满"}
    assert 422 == first.post(f"{path}/reject", why, etag=sent.headers["ETag"]).status_code
    passed = first.post(f"{path}/pass-on", why, etag=sent.headers["ETag"])
    assert draft["number"] == done(passed)["number"]
    assert 404 == first.get(path).status_code
    assert "有转来的入驻申请" in titles(second)
    assert "申请已转下一志愿" in titles(her)
    standing = [each["standing_label"] for each in her.get(f"{path}/choices").json["items"]]
    assert ["已转下一志愿", "由该园区办理", "尚未轮到"] == standing

    # The second one approves her without a unit, so that she waits in all three; the first is asked
    # for its own word.
    theirs = second.get(path)
    done(second.post(f"{path}/approve", {}, etag=theirs.headers["ETag"]))
    (entry,) = done(first.get("/waiting?to_answer=true"))["items"]
    assert (draft["number"], ["answer"]) == (entry["number"], entry["actions"])
    done(first.post(f"/waiting/{entry['id']}/admission", {"admitted": True}))

    # Whichever has a unit offers it; with her yes all other lists are left.
    with world.app.app_context():
        tenancies.sweep()
    (offer,) = her.get("/tenancies").json["items"]
    taken = her.post(f"/tenancies/{offer['id']}/accept", {}, etag=f'"{offer["version"]}"')
    assert "agreement_pending" == done(taken)["status"]
    standing = [each["standing"] for each in her.get(f"{path}/choices").json["items"]]
    assert ["placed", "released", "released"] == standing
    assert [] == her.get(f"{path}/waiting").json["items"]


def on_the_list(world: World, name: str) -> tuple[Caller, str]:
    her = world.citizen(name)
    made, etag = world.submitted(her)
    path = f"/applications/{made['id']}"
    wish = {"park_id": world.park()["id"], "unit_kind": "office"}
    done(her.post(f"{path}/waiting", wish))
    done(world.staff().post(f"{path}/approve", {}, etag=etag))
    return her, path


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """The lines of the README by which anybody reruns a draw."""
    (code,) = SCRIPT.findall(README.read_text("utf-8"))
    path = tmp_path / "rerun.py"
    path.write_text(code, "utf-8")
    return path


def rerun_by(script: Path, answer: bytes) -> list[str]:
    """What the script prints for what `getDraw` answered, with an interpreter without our code."""
    saved = script.with_name("draw.json")
    saved.write_bytes(answer)
    ran = subprocess.run(
        [sys.executable, "-I", script, saved], capture_output=True, text=True, check=True
    )
    return ran.stdout.split("\n")


def test_a_draw_that_a_stranger_reruns(world: World, script: Path):
    names = ("one", "two", "three")
    park = world.park()["id"]
    with time_machine.travel(ANNOUNCED, tick=False):
        people = {name: on_the_list(world, name) for name in names}
        days = {"freezes_on": "2030-01-11", "draws_on": "2030-01-14"}
        wish = {"unit_kind": "office", "places": 1, **days}
        draw = done(world.staff().post(f"/parks/{park}/draws", wish), 201)
        for name in names:
            assert "候补将摇号排序" in titles(world.citizen(name))
    path = f"/draws/{draw['id']}"
    commitment = draw["commitment"]

    swept(world, FREEZES)
    frozen = world.anybody.get(path).json
    assert ("frozen", 3, None) == (frozen["status"], frozen["entrants"], frozen["secret"])
    swept(world, DRAWS)

    # Whoever kept what was published before compares it, and works out the rest.
    answer = world.anybody.get(path)
    shown = answer.json
    assert (commitment, frozen["list_sha256"]) == (shown["commitment"], shown["list_sha256"])
    assert rerun(shown) == [each["code"] for each in shown["tickets"]]
    assert [] == lots.faults(shown)
    assert ["commitment True", "list True", "order True", ""] == rerun_by(script, answer.data)
    altered = json.loads(answer.data)
    altered["tickets"][0]["place"], altered["tickets"][1]["place"] = 2, 1
    assert "order False" in rerun_by(script, json.dumps(altered).encode())

    # Nothing of it names anybody; each finds herself by her ticket, and the first has the offer.
    assert not any(str(hers) in answer.text for _, hers in people.values())
    with time_machine.travel(DRAWS, tick=False):
        mine = {name: done(world.citizen(name).get(f"{path}/ticket")) for name in names}
        first = min(names, key=lambda name: mine[name]["place"])
        assert ["offered"] == [
            each["status"] for each in world.citizen(first).get("/tenancies").json["items"]
        ]
        place = world.citizen(first).get(f"{people[first][1]}/waiting").json["items"][0]
        assert "摇号结果已公布" in titles(world.citizen(first))
    assert (1, 1) == (place["drawn"], place["rank"])
    assert 404 == world.citizen("somebody").get(f"{path}/ticket").status_code
    assert [draw["id"]] == [each["id"] for each in world.anybody.get("/draws").json["items"]]

"""Tenancies over HTTP: from the waiting list to the signed agreement."""

from backend.tenancies import sweeping
from tests.factories import Caller, World


def problem(answer) -> tuple[int, str]:
    return answer.status_code, answer.json["type"].rsplit("/", 1)[1]


def waits(world: World, name: str) -> tuple[Caller, str]:
    """Somebody approved who waits for an office, and where her application is."""
    her = world.citizen(name)
    made, etag = world.submitted(her)
    path = f"/applications/{made['id']}"
    wish = {"park_id": world.park_id(), "unit_kind": "office"}
    assert 200 == her.post(f"{path}/waiting", wish).status_code
    approved = world.staff().post(f"{path}/approve", {}, etag=etag)
    assert (200, None) == (approved.status_code, approved.json["unit"]), approved.text
    return her, path


def sweep(world: World) -> None:
    with world.app.app_context():
        sweeping.sweep()


def signed(by: Caller, path: str):
    read = by.get(f"{path}/agreement")
    return by.post(f"{path}/sign", {"sha256": read.json["sha256"]}, etag=read.headers["ETag"])


def test_from_the_waiting_list_to_the_keys(world: World):
    her, case = waits(world, "first")
    other, behind = waits(world, "second")
    (place,) = other.get(f"{behind}/waiting").json["items"]
    assert (2, 2) == (place["rank"], place["waiting"])
    assert [{"rank": 2, "label": "普通申请人", "people": 1}] == place["ahead"]

    sweep(world)
    (offer,) = her.get("/tenancies").json["items"]
    assert ("offered", "待答复", "B201") == tuple(
        offer[name] for name in ("status", "status_label", "unit_code")
    )
    path = f"/tenancies/{offer['id']}"
    assert her.get(f"{case}/consequences").json["passes_on"]
    etag = her.get(path).headers["ETag"]
    accepted = her.post(f"{path}/accept", {}, etag=etag)
    assert ("agreement_pending", ["applicant", "decider"]) == (
        accepted.json["status"],
        accepted.json["waits_for"],
    )

    assert ["decider"] == signed(her, path).json["waits_for"]
    assert "active" == signed(world.staff(), path).json["status"]
    assert "completed" == her.get(case).json["status"]
    assert "办结" in [each["label"] for each in her.get(f"{case}/timeline").json["items"]]
    (unit,) = [each for each in world.units() if each["code"] == "B201"]
    assert unit["held_kind"] is None or "tenancy" == unit["held_kind"]


def test_a_declined_offer_is_the_next_ones_at_once(world: World):
    her, _ = waits(world, "first")
    other, _ = waits(world, "second")
    sweep(world)
    (offer,) = her.get("/tenancies").json["items"]

    her.post(f"/tenancies/{offer['id']}/decline", {}, etag=f'"{offer["version"]}"')

    assert ["offered"] == [each["status"] for each in other.get("/tenancies").json["items"]]
    assert [] == her.get("/tenancies?status=offered").json["items"]


def test_a_text_that_was_not_read_is_not_signed(world: World):
    world.approved(her := world.citizen())
    (tenancy,) = her.get("/tenancies").json["items"]
    path = f"/tenancies/{tenancy['id']}"

    answer = her.post(f"{path}/sign", {"sha256": "0" * 64}, etag=f'"{tenancy["version"]}"')

    assert (412, "outdated") == problem(answer)


def test_a_second_place_is_refused_and_names_nothing(world: World):
    world.approved(her := world.citizen())
    (tenancy,) = her.get("/tenancies").json["items"]
    path = f"/tenancies/{tenancy['id']}"
    signed(her, path)
    signed(world.staff(), path)
    again, etag = world.submitted(her)

    unit = next(each["id"] for each in world.units() if each["code"] == "B202")
    answer = world.staff().post(
        f"/applications/{again['id']}/approve", {"unit_id": unit}, etag=etag
    )

    assert (409, "already-tenant") == problem(answer)
    assert {"type", "title", "status", "detail", "instance"} == answer.json.keys()


def test_pages_go_on_where_they_stopped(world: World):
    for name, unit in zip(("one", "two", "three"), world.units(), strict=True):
        made, etag = world.submitted(world.citizen(name))
        wish = {"unit_id": unit["id"]}
        world.staff().post(f"/applications/{made['id']}/approve", wish, etag=etag)
    manager, seen, cursor = world.staff(), [], ""
    while cursor is not None:
        page = manager.get(f"/tenancies?limit=2{cursor and '&cursor='}{cursor}").json
        seen += [each["unit_code"] for each in page["items"]]
        cursor = page["next_cursor"]

    assert ["B203", "B202", "B201"] == seen

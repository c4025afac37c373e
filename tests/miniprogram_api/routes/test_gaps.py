"""A case is taken in without its licence, told over HTTP from the refusal to what takes effect."""

from tests.factories import REGISTERED, SECTIONS, World


def test_a_licence_follows_and_then_the_decision_takes_effect(world: World):
    her, him = world.citizen(), world.staff()
    draft, etag = world.draft(her, sections=SECTIONS | {"venture": REGISTERED}, papers=False)
    path = f"/applications/{draft['id']}"

    # Her identity and her plan are there; the licence is not.
    document = world.document(her)
    for paper in ("id", "plan"):
        stood = her.put(f"{path}/papers/{paper}", {"documents": [document["id"]]})
    (licence,) = [each for each in stood.json["items"] if each["paper"] == "licence"]
    assert (True, True, []) == (licence["required"], licence["may_follow"], licence["documents"])
    refused = her.post(f"{path}/submit", {}, etag=etag)
    assert 422 == refused.status_code
    assert [{"pointer": "#/papers/licence", "label": "材料 · 营业执照", "may_follow": True}] == (
        refused.json["missing"]
    )

    # The refusal shows what she may promise instead, and with its hash the case is taken in.
    promise = refused.json["promise"]
    assert draft["number"] in promise["text"]
    sent = her.post(f"{path}/submit", {"promise": promise["sha256"]}, etag=etag)
    assert ("submitted", "promised") == (sent.json["status"], sent.json["gap"]["status"])
    receipt = her.get(f"{path}/receipt").json
    assert (["材料 · 营业执照"], 7) == (receipt["to_follow"], receipt["to_follow_workdays"])

    # The park approves; until the licence has come and was looked at, nothing takes effect.
    wish = {"unit_id": world.units()[0]["id"]}
    approved = him.post(f"{path}/approve", wish, etag=sent.headers["ETag"])
    assert ("approved", False) == (
        approved.json["status"],
        approved.json["decision"]["effective"],
    )
    early = him.post(f"{path}/publicise", {}, etag=approved.headers["ETag"])
    assert (409, "材料 · 营业执照") == (early.status_code, early.json["items"][0]["label"])
    (message,) = her.get("/messages").json["items"]
    assert "补齐并经核对后，本决定生效" in message["body"]

    # She brings it, he looks at it.
    licence = world.document(her, kind="licence")
    assert 200 == her.put(f"{path}/papers/licence", {"documents": [licence["id"]]}).status_code
    filled = her.post(f"{path}/gap/fill", {}, etag=approved.headers["ETag"])
    assert "filled" == filled.json["gap"]["status"]
    closed = him.post(f"{path}/gap/confirm", {}, etag=filled.headers["ETag"])
    assert (None, True) == (closed.json["gap"], closed.json["decision"]["effective"])

    # He reads who did what, after which version; she reads it in plain words.
    rows = him.get(f"{path}/history").json["items"]
    assert ["补交容缺材料", "容缺材料已补齐"] == [each["label"] for each in rows[-2:]]
    assert ["创业者", "园区管理员"] == [each["role_label"] for each in rows[-2:]]
    assert all(each["seen"] < each["version"] for each in rows[-2:])
    assert 401 == her.get(f"{path}/history").status_code
    told = her.get(f"{path}/timeline").json
    assert ["closed"] == [each["status"] for each in told["gaps"]]

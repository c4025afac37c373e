"""Does every form in which WeChat writes an event say the same to us?"""

import json
from datetime import UTC, datetime

import pytest

from backend.errors import Malformed
from backend.wechat import event
from tests.backend.wechat.vectors import VECTORS

AT = datetime(2021, 1, 18, 11, 34, tzinfo=UTC)
SENT = {"TemplateId": "T1", "MsgID": "1864323726461255680", "ErrorCode": "0"}


def told(**fields) -> event.Event:
    whole = {"FromUserName": "o1", "CreateTime": 1610969640, "MsgType": "event", "Event": "x"}
    return event.of(json.dumps(whole | fields).encode())


@pytest.mark.parametrize(
    "fields",
    [
        {"List": SENT},
        {"List": [SENT]},
        {"SubscribeMsgSentEvent": {"List": SENT}},
        {"SubscribeMsgSentEvent": {"List": [SENT]}},
        {"List": SENT | {"MsgID": 1864323726461255680, "ErrorCode": 0}},
        {" List": {" TemplateId": "T1", "MsgID ": "1864323726461255680", " ErrorCode": "0"}},
    ],
)
def test_cb14_cb15_one_item_is_read_in_whatever_form_it_comes(fields):
    assert (SENT,) == told(**fields).items


def test_cb14_several_items_are_a_list_in_json_and_repeated_in_xml():
    expected = [("VRR0UEO9VJOLs0MHlU0OilqX6MVFDwH3_3gz3Oc0NIc", "accept")]
    expected += [("9nLIlbOQZC5Y89AZteFEux3WCXRRRG5Wfzkpssu4bLI", "reject")]

    found = event.of(VECTORS["A: XML with two items"].plaintext.encode())

    assert "subscribe_msg_popup_event" == found.kind
    assert "otFpruAK8D-E6EfStSYonYSBZ8_4" == found.openid
    assert datetime(2021, 1, 18, 11, 30, 40, tzinfo=UTC) == found.at
    assert expected == [(i["TemplateId"], i["SubscribeStatusString"]) for i in found.items]


@pytest.mark.parametrize("moment", [1610969640, "1610969640"])
def test_cb15_a_moment_is_a_number_or_its_text(moment):
    assert AT == told(CreateTime=moment).at


@pytest.mark.parametrize(
    "moment", [None, "", "soon", -1, 1.5, True, [], {}, "٣", "1" * 12, 10**400 // 10**390 * 100]
)
def test_what_is_no_moment_is_none(moment):
    assert told(CreateTime=moment).at is None


@pytest.mark.parametrize("name", ["OpenID", " OpenID"])
def test_cb15_the_person_is_who_is_named_and_not_the_platform_that_signs(name):
    found = told(FromUserName="the platform", **{name: "the person"})

    assert "the person" == found.openid


@pytest.mark.parametrize("listed", [None, "", 0, [], "text", ["text", 1, None], [[SENT]]])
def test_what_is_no_item_is_left_out(listed):
    assert () == told(List=listed).items


def test_a_value_that_is_no_plain_one_is_left_out_of_an_item():
    assert ({"TemplateId": "T1"},) == told(List={"TemplateId": "T1", "MsgID": {}, "x": None}).items


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"Event": "debug_demo"}, "debug_demo"),
        ({"Event": None, "MsgType": "text"}, "text"),
        ({"Event": "", "MsgType": ""}, "unknown"),
        ({"Event": {"a": 1}, "MsgType": []}, "unknown"),
        ({"Event": "e" * 100}, "e" * 64),
        ({"Event": "事件", "MsgType": "event"}, "event"),
    ],
)
def test_the_kind_is_a_short_word_whatever_comes(fields, kind):
    assert kind == told(**fields).kind


def test_a_field_is_text_or_empty():
    found = told(RevokeInfo=8, Other=["8"])

    assert ("8", "", "") == tuple(found.text(each) for each in ("RevokeInfo", "Other", "Missing"))


@pytest.mark.parametrize("message", [b"", b"[]", b"plain", b"\xff"])
def test_what_is_no_object_is_malformed(message):
    with pytest.raises(Malformed):
        event.of(message)

"""What does WeChat get to hear at the callback address, and everybody who pretends to be WeChat?"""

import base64
import json
import logging
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from backend import clock
from backend.wechat.callback import seal, sign
from backend.wechat.simulator import pushes
from notifications import callbacks
from tests.backend.wechat.test_callback import BOMB, THIEF
from tests.factories import Caller, openid_of
from tests.miniprogram_api.pushing import ADDRESS, DEMO, addressed, door, push, question
from tests.miniprogram_api.refusals import nothing_changes, one_more_app, refused
from tests.notifications.posts import TEMPLATES
from tests.notifications.told import event, popup, receipt, revoke
from tests.records import look, one


def send(world, address: str, body: Any = None):
    return world.anybody.post(address, body)


def told(world, message: bytes):
    """A push as WeChat sends it."""
    return send(world, *push(world.app, message))


def kept(world) -> list[dict[str, Any]]:
    with world.app.app_context():
        return look("SELECT * FROM callback ORDER BY id")


class TestTheQuestion:
    def test_cb01_it_is_echoed_as_plain_text_and_nothing_else(self, world):
        answer = world.anybody.get(question(world.app))

        assert (200, "4375120948345356249") == (answer.status_code, answer.text)
        assert "text/plain" == answer.mimetype

    @pytest.mark.parametrize(
        "changed",
        [
            {"signature": "0" * 40},
            {"signature": ""},
            {"signature": "签名"},
            {"nonce": "2"},
            {"timestamp": "1"},
            {"echostr": ""},
            {"echostr": "<script>alert(1)</script> "},
        ],
    )
    def test_cb02_cb03_anything_else_is_refused_in_the_same_words(self, world, changed):
        problem = refused(world.anybody.get(question(world.app, **changed)), 403, "not-allowed")

        assert "回调未通过验证" == problem["detail"]

    @pytest.mark.parametrize("missing", ["signature", "timestamp", "nonce", "echostr"])
    def test_cb03_each_parameter_is_needed(self, world, missing):
        whole = question(world.app).partition("?")[2].split("&")
        left = "&".join(each for each in whole if not each.startswith(f"{missing}="))

        refused(world.anybody.get(f"{ADDRESS}?{left}"), 403)

    def test_cb04_the_right_hash_with_another_token_is_refused(self, world):
        stamp = str(int(clock.now().timestamp()))
        signature = sign("another-token", stamp, "1")

        refused(world.anybody.get(question(world.app, nonce="1", signature=signature)), 403)

    @pytest.mark.parametrize(("seconds", "status"), [(599, 200), (602, 403), (-602, 403)])
    def test_cb05_a_question_of_another_time_is_refused(self, world, seconds, status):
        asked = question(world.app)
        with time_machine.travel(clock.now() + timedelta(seconds=seconds)):
            assert status == world.anybody.get(asked).status_code


class TestThePush:
    def test_it_is_kept_and_answered_and_taken_up(self, world):
        world.citizen("qiqige")

        answer = told(world, popup())

        assert (200, "success", "text/plain") == (
            answer.status_code,
            answer.text,
            answer.mimetype,
        )
        with world.app.app_context():
            assert 1 == one(
                "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'take_up_callbacks'"
            )
            callbacks.take_up_due(TEMPLATES)
            assert 1 == one("SELECT remaining FROM credit")

    def test_cb06_the_same_request_again_changes_nothing(self, world):
        sent = push(world.app, popup())
        send(world, *sent)

        with nothing_changes(world.app):
            assert "success" == send(world, *sent).text

    def test_cb16_the_same_message_sealed_anew_is_kept_once(self, world):
        message = popup()

        answers = [told(world, message) for _ in range(3)]

        assert ["success"] * 3 == [each.text for each in answers]
        assert 1 == len(kept(world))

    def test_cb11_xml_is_read_as_well_since_the_format_is_set_in_the_console(self, world):
        inner = "<xml><Event><![CDATA[debug_demo]]></Event><CreateTime>1</CreateTime></xml>"
        query, body = pushes.request(door(world.app), inner.encode(), clock.now())
        outer = f"<xml><Encrypt><![CDATA[{json.loads(body)['Encrypt']}]]></Encrypt></xml>"

        answer = send(world, addressed(query), outer.encode())

        assert "success" == answer.text
        assert ["debug_demo"] == [each["kind"] for each in kept(world)]

    @pytest.mark.parametrize(
        "kind", ["an_event_of_next_year", "wxa_media_check", "user_info_modified"]
    )
    def test_cb13_what_we_do_not_know_is_kept_and_answered(self, world, kind):
        assert "success" == told(world, event(kind)).text
        assert [kind] == [each["kind"] for each in kept(world)]

    def test_cb12_a_body_of_ten_megabytes_is_refused_unread(self, world):
        address, _ = push(world.app, DEMO)
        with nothing_changes(world.app):
            refused(send(world, address, b"x" * 10 * 1024 * 1024), 413)

    @pytest.mark.parametrize("more", [0, 1])
    def test_cb12_64_kilobytes_are_read_and_not_a_byte_more(self, world, more):
        address, content = push(world.app, DEMO)
        short = len(json.dumps(content | {"Filler": ""}))
        content["Filler"] = "x" * (64 * 1024 - short + more)

        answer = send(world, address, json.dumps(content).encode())

        assert (413 if more else 200) == answer.status_code

    @pytest.mark.parametrize("xml", [BOMB, THIEF])
    def test_cb10_a_document_type_is_malformed_outside_and_inside(self, world, xml):
        address, _ = push(world.app, DEMO)
        with nothing_changes(world.app):
            refused(send(world, address, xml.encode()), 400, "malformed")
            refused(told(world, xml.encode()), 400, "malformed")

    def test_cb24_while_the_database_is_away_wechat_is_not_told_that_all_is_well(
        self, world, settings
    ):
        nowhere = "postgresql+psycopg://nobody@127.0.0.1:1/none"
        address, content = push(world.app, popup())
        with one_more_app(settings, database_url=nowhere) as away:
            refused(Caller(away).post(address, content), 503, "unavailable")
            # The question needs no records.
            assert 200 == Caller(away).get(question(away)).status_code

        assert "success" == send(world, address, content).text, "and then it comes again"

    def test_pv01_neither_openid_nor_message_is_logged(self, world, caplog):
        with caplog.at_level(logging.DEBUG):
            told(world, popup())
            told(world, revoke())
            told(world, receipt("404"))
            with world.app.app_context():
                callbacks.take_up_due(TEMPLATES)
            told(world, b"[]")

        assert openid_of("qiqige") not in caplog.text


def _altered(how: Callable[[dict[str, str], dict[str, Any]], None]) -> Callable[..., Any]:
    """A good push with something changed in its query or its body."""

    def forge(app: Any) -> tuple[str, Any]:
        query, body = pushes.request(door(app), popup(), clock.now())
        content = json.loads(body)
        how(query, content)
        return addressed(query), content

    return forge


def _resealed(how: Callable[[str], str]) -> Callable[..., Any]:
    """A push whose seal was changed and signed again, as only who has the token can."""

    def forge(app: Any) -> tuple[str, Any]:
        query, body = pushes.request(door(app), popup(), clock.now())
        sealed = how(json.loads(body)["Encrypt"])
        query["msg_signature"] = sign(door(app).token, query["timestamp"], query["nonce"], sealed)
        return addressed(query), {"Encrypt": sealed}

    return forge


def _late(seconds: int) -> Callable[..., Any]:
    def forge(app: Any) -> tuple[str, Any]:
        query, body = pushes.request(door(app), popup(), clock.now() + timedelta(seconds=seconds))
        return addressed(query), json.loads(body)

    return forge


def _by(**changes: Any) -> Callable[..., Any]:
    return lambda app: push(app, popup(), replace(door(app), **changes))


def _plain(app: Any) -> tuple[str, Any]:
    """A push as in plain mode, with the signature that is right there."""
    stamp = str(int(clock.now().timestamp()))
    query = {"timestamp": stamp, "nonce": "1", "signature": sign(door(app).token, stamp, "1")}
    return addressed(query), json.loads(popup())


def _spoilt(sealed: str) -> str:
    raw = bytearray(base64.b64decode(sealed))
    raw[-1] ^= 1
    return base64.b64encode(raw).decode()


FORGED: dict[str, Callable[..., Any]] = {
    "CB-02 no signature of four parts": _altered(lambda q, b: q.update(msg_signature="0" * 40)),
    "CB-02 the signature over three parts": _altered(
        lambda q, b: q.update(msg_signature=q["signature"])
    ),
    "CB-02 the signature in capitals": _altered(
        lambda q, b: q.update(msg_signature=q["msg_signature"].upper() + "A")
    ),
    "CB-03 without a signature": _altered(lambda q, b: q.pop("msg_signature")),
    "CB-03 without a timestamp": _altered(lambda q, b: q.pop("timestamp")),
    "CB-03 without a nonce": _altered(lambda q, b: q.pop("nonce")),
    "CB-03 without a seal": _altered(lambda q, b: b.pop("Encrypt")),
    "CB-03 with a seal that is no text": _altered(lambda q, b: b.update(Encrypt=["a"])),
    "CB-04 signed with another token": _by(token="another-token"),
    "CB-05 eleven minutes old": _late(-660),
    "CB-05 of eleven minutes from now": _late(660),
    "CB-05 another timestamp than was signed": _altered(
        lambda q, b: q.update(timestamp=str(int(q["timestamp"]) + 1))
    ),
    "CB-06 another nonce than was signed": _altered(lambda q, b: q.update(nonce="7")),
    "CB-07 plain, with its own right signature": _plain,
    "CB-07 sealed, and said to be plain": _altered(lambda q, b: q.update(encrypt_type="raw")),
    "CB-07 sealed, without a word on how": _altered(lambda q, b: q.pop("encrypt_type")),
    "CB-08 for another mini-program": _by(appid="wxffffffffffffffff"),
    "CB-08 sealed with another key": _by(keys=(os.urandom(32),)),
    "CB-09 a broken seal": _resealed(_spoilt),
    "CB-09 half a seal": _resealed(lambda sealed: sealed[: len(sealed) // 2 // 4 * 4]),
    "CB-09 no base64": _resealed(lambda sealed: "*" + sealed),
    "CB-09 the seal of another message": _altered(
        lambda q, b: b.update(Encrypt=seal(b"{}", os.urandom(32), "wx"))
    ),
}


class TestForgeries:
    @pytest.mark.parametrize("name", FORGED)
    def test_a_forged_callback_changes_nothing_and_is_told_nothing(self, world, name):
        world.citizen("qiqige")
        forged = FORGED[name](world.app)

        with nothing_changes(world.app):
            problem = refused(send(world, *forged), 403, "not-allowed")

        assert "回调未通过验证" == problem["detail"]

    def test_there_are_more_than_twenty_and_the_good_one_beside_them_passes(self, world):
        assert len(FORGED) >= 20
        assert 200 == send(world, *_altered(lambda q, b: None)(world.app)).status_code
        assert 200 == send(world, *_resealed(lambda sealed: sealed)(world.app)).status_code
        assert 200 == send(world, *_late(-590)(world.app)).status_code

    @pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
    def test_nothing_else_can_be_done_there(self, world, method):
        assert 405 == world.anybody.send(method, ADDRESS, {}).status_code

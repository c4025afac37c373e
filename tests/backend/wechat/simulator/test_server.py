import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from wechatpy import WeChatClient
from wechatpy.exceptions import WeChatClientException

from backend.wechat.simulator.server import Simulator


def ask(simulator, method, name, **body):
    answer = requests.request(
        method, f"{simulator.url}/_simulator/{name}", json=body or None, timeout=5
    )
    return answer.status_code, answer.json()


def sign_in(simulator, code):
    query = {
        "appid": simulator.appid,
        "secret": simulator.secret,
        "js_code": code,
        "grant_type": "authorization_code",
    }
    return requests.get(f"{simulator.url}/sns/jscode2session", params=query, timeout=5)


def send(simulator, session=requests, timeout=5.0, **changes):
    token, _ = simulator.account.tokens.stable()
    body = {
        "touser": simulator.openid_of("其其格"),
        "template_id": "TENANCY_RESULT",
        "data": {
            "thing1": {"value": "园"},
            "phrase2": {"value": "通过"},
            "date3": {"value": "2026-11-23"},
            "thing4": {"value": "无"},
        },
    } | changes
    return session.post(
        f"{simulator.url}/cgi-bin/message/subscribe/send",
        params={"access_token": token},
        data=json.dumps(body, ensure_ascii=False).encode(),
        timeout=timeout,
    )


def test_a_code_is_minted_over_http_and_signs_in(simulator):
    _, minted = ask(simulator, "POST", "codes", person="其其格")

    assert sign_in(simulator, minted["code"]).json()["openid"] == minted["openid"]


def test_the_answer_to_a_sign_in_is_json_as_plain_text_as_wechat_sends_it(simulator):
    assert sign_in(simulator, "demo:x").headers["Content-Type"] == "text/plain"


def test_a_template_and_a_page_are_registered_over_http(simulator):
    ask(simulator, "POST", "templates", template_id="NOTICE", title="通知", keys={"thing1": "标题"})
    _, pages = ask(simulator, "POST", "pages", page="pages/notices/new")

    answer = send(
        simulator,
        template_id="NOTICE",
        page="pages/notices/new?id=1",
        data={"thing1": {"value": "通知"}},
    )

    assert "pages/notices/new" in pages["pages"]
    assert answer.json()["errcode"] == 0


def test_choices_of_an_enum_key_are_registered_over_http(simulator):
    wish = {
        "template_id": "ASK",
        "keys": {"enum_string1": "答"},
        "choices": {"enum_string1": ["是"]},
    }
    ask(simulator, "POST", "templates", **wish)

    codes = [
        send(simulator, template_id="ASK", data={"enum_string1": {"value": value}}).json()[
            "errcode"
        ]
        for value in ("是", "否")
    ]

    assert codes == [0, 47003]


def test_credits_are_set_over_http(simulator):
    openid = simulator.openid_of("其其格")
    ask(simulator, "POST", "credits", openid=openid, template_id="TENANCY_RESULT", credits=0)
    assert send(simulator).json()["errcode"] == 43101

    ask(simulator, "POST", "credits", openid=openid, template_id="TENANCY_RESULT", credits=None)
    assert send(simulator).json()["errcode"] == 0


@pytest.mark.parametrize(("action", "errcode"), [("expire", 42001), ("revoke", 40001)])
def test_the_token_is_spoilt_over_http(simulator, action, errcode):
    token, _ = simulator.account.tokens.stable()
    ask(simulator, "POST", "token", action=action)

    url = f"{simulator.url}/cgi-bin/message/subscribe/send?access_token={token}"
    assert requests.post(url, data=b"{}", timeout=5).json()["errcode"] == errcode


def test_misbehaviour_is_planned_listed_and_cleared_over_http(simulator):
    status, plan = ask(simulator, "POST", "misbehaviours", endpoint="send", kind="busy", times=2)

    assert (status, len(plan["misbehaviours"])) == (200, 1)
    assert send(simulator).json()["errcode"] == -1
    ask(simulator, "DELETE", "misbehaviours")
    assert send(simulator).json()["errcode"] == 0
    assert ask(simulator, "GET", "misbehaviours")[1] == {"misbehaviours": []}


def test_a_call_that_is_carried_out_may_be_answered_with_an_error_code(simulator):
    simulator.misbehave("send", "busy", times=1, carried_out=True)

    assert send(simulator).json()["errcode"] == -1
    assert simulator.log(endpoint="send")[0]["carried_out"] is True


def test_a_held_message_has_arrived_before_it_is_answered(simulator):
    ask(simulator, "POST", "hold", times=1)
    with pytest.raises(requests.ReadTimeout):
        send(simulator, timeout=0.2)

    assert ask(simulator, "GET", "hold")[1] == {"held": 1}
    entry = simulator.log(endpoint="send")[0]
    assert (entry["carried_out"], entry["answered"]) == (True, False)
    ask(simulator, "POST", "release")
    assert send(simulator).json()["errcode"] == 0


def test_the_log_masks_secrets_and_is_filtered_and_cleared_over_http(simulator):
    sign_in(simulator, "demo:x")
    sign_in(simulator, "demo:x")
    send(simulator)

    _, log = ask(simulator, "GET", "log?endpoint=login&errcode=40163")

    assert [entry["query"]["secret"] for entry in log["entries"]] == ["***"]
    assert ask(simulator, "GET", "log?after=1")[1]["count"] == 2
    assert ask(simulator, "GET", "log?endpoint=send&carried_out=true")[1]["count"] == 1
    assert simulator.secret not in str(simulator.log())
    ask(simulator, "DELETE", "log")
    assert ask(simulator, "GET", "log")[1] == {"count": 0, "entries": []}


def test_arrivals_are_counted_for_each_openid(simulator):
    simulator.misbehave("send", "busy", times=1)
    for _ in range(3):
        send(simulator)

    _, counted = ask(simulator, "GET", "arrivals")

    openid = simulator.openid_of("其其格")
    assert counted == {"arrivals": {openid: {"arrived": 3, "carried_out": 2}}}


def test_time_passes_on_request(simulator):
    code = simulator.mint_code("其其格")
    ask(simulator, "POST", "time", seconds=301)

    assert sign_in(simulator, code).json()["errcode"] == 40029


def test_settings_are_changed_over_http(simulator):
    ask(simulator, "POST", "settings", latency_s=0.01, with_unionid=True, one_at_a_time=True)

    assert "unionid" in sign_in(simulator, "demo:x").json()
    assert (simulator.latency_s, simulator.one_at_a_time) == (0.01, True)


@pytest.mark.parametrize(
    ("method", "name", "body", "status"),
    [
        ("GET", "nothing", {}, 404),
        ("POST", "codes", {}, 400),
        ("POST", "misbehaviours", {"endpoint": "send", "kind": "naughty"}, 400),
        ("POST", "settings", {"speed": 5}, 400),
        ("POST", "token", {"action": "eat"}, 400),
    ],
)
def test_a_wish_that_is_not_understood_says_so(simulator, method, name, body, status):
    assert ask(simulator, method, name, **body)[0] == status


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/sns/jscode2session"),
        ("GET", "/cgi-bin/stable_token"),
        ("GET", "/cgi-bin/message/subscribe/send"),
    ],
)
def test_a_call_by_the_wrong_method_is_refused(simulator, method, path):
    answer = requests.request(method, simulator.url + path, timeout=5)

    assert answer.json()["errcode"] == 43002


def test_the_older_token_call_works(simulator):
    query = {
        "appid": simulator.appid,
        "secret": simulator.secret,
        "grant_type": "client_credential",
    }
    answers = [
        requests.get(f"{simulator.url}/cgi-bin/token", params=query, timeout=5).json()
        for _ in range(2)
    ]

    assert answers[0]["access_token"] != answers[1]["access_token"]


def test_a_stopped_simulator_cuts_its_connections_and_its_hanging_calls():
    session = requests.Session()
    simulator = Simulator().start()
    send(simulator, session)
    simulator.stop()

    with pytest.raises(requests.ConnectionError):
        send(simulator, session)
    session.close()


def test_one_connection_carries_many_calls(simulator):
    with requests.Session() as session:
        for _ in range(20):
            assert send(simulator, session).json()["errcode"] == 0

        assert len(simulator._server.connections) == 1


def test_by_itself_it_prints_one_line_and_ends_on_sigterm():
    process = subprocess.Popen(
        [sys.executable, "-m", "backend.wechat.simulator", "--appid", "wx9", "--secret", "s9"],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[4],
        env={"PATH": os.defpath},
        text=True,
    )
    line = process.stdout.readline()
    url = line.split()[-1]
    query = {"appid": "wx9", "secret": "s9", "js_code": "demo:x"}
    query["grant_type"] = "authorization_code"
    answer = requests.get(f"{url}/sns/jscode2session", params=query, timeout=5).json()
    process.send_signal(signal.SIGTERM)
    rest, _ = process.communicate(timeout=5)

    assert line.startswith("WeChat stand-in listening on http://127.0.0.1:")
    assert "openid" in answer
    assert (rest, process.returncode) == ("", 0)


@pytest.fixture
def foreign(simulator, monkeypatch):
    """Give a client that others wrote against the real WeChat."""
    token, _ = simulator.account.tokens.stable()
    client = WeChatClient(simulator.appid, simulator.secret, access_token=token)
    monkeypatch.setattr(type(client.wxa), "API_BASE_URL", simulator.url + "/")
    yield client
    client._http.close()


def test_a_foreign_client_signs_in_and_sends(simulator, foreign):
    openid = foreign.wxa.code_to_session("demo:其其格")["openid"]
    data = {
        "thing1": {"value": "创业园"},
        "phrase2": {"value": "审核通过"},
        "date3": {"value": "2026年11月23日"},
        "thing4": {"value": "无"},
    }

    said = foreign.wxa.send_subscribe_message(openid, "TENANCY_RESULT", data, "pages/index/index")

    assert said["errcode"] == 0
    assert simulator.arrivals() == {openid: {"arrived": 1, "carried_out": 1}}


def test_a_foreign_client_understands_a_refusal(foreign):
    with pytest.raises(WeChatClientException) as refused:
        foreign.wxa.send_subscribe_message("o1", "TENANCY_RESULT", {})

    assert refused.value.errcode == 40003


def test_a_phone_code_is_minted_over_http_for_a_number_of_choice(simulator):
    _, minted = ask(simulator, "POST", "phone-codes", person="其其格", number="13800138000")
    token, _ = simulator.account.tokens.stable()

    answer = requests.post(
        f"{simulator.url}/wxa/business/getuserphonenumber",
        params={"access_token": token},
        data=json.dumps({"code": minted["code"]}),
        timeout=5,
    )

    assert "13800138000" == answer.json()["phone_info"]["purePhoneNumber"]

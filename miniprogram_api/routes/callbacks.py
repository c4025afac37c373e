"""Callbacks: what WeChat tells us; its signature stands for a sign-in."""

from typing import Any

from flask import Response, current_app, request

from backend import clock
from miniprogram_api.operations import Routes
from notifications import callbacks

routes = Routes("callbacks", __name__, description="微信消息推送")
ADDRESS, PLAIN = "/wechat/callback", "text/plain"
# A push of WeChat's has a few hundred bytes.
MOST_BYTES = 64 * 1024


def _sent(name: str, example: str) -> dict[str, Any]:
    return {"in": "query", "name": name, "schema": {"type": "string"}, "example": example}


STAMP = (_sent("timestamp", "1714036504"), _sent("nonce", "1514711492"))
QUESTION = {
    "parameters": [
        _sent("signature", "f464b24fc39322e44b38aa78f5edd27bd1441696"),
        *STAMP,
        _sent("echostr", "4375120948345356249"),
    ]
}
MESSAGE = {
    "parameters": [
        _sent("msg_signature", "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3"),
        *STAMP,
        _sent("encrypt_type", "aes"),
    ],
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "properties": {"ToUserName": {"type": "string"}, "Encrypt": {"type": "string"}},
                    "required": ["Encrypt"],
                },
                "example": {"ToUserName": "gh_97417a04a28d", "Encrypt": "+qdx1OKCy+5JPCBFWw70tm0f"},
            }
        },
    },
}


@routes.operation(
    "GET",
    ADDRESS,
    "wechatCallbackGet",
    gives=None,
    signed=QUESTION,
    media=(PLAIN,),
    may_refuse=(403,),
    base="",
)
def wechat_callback_get() -> Response:
    """WeChat asks whether this address is ours."""
    echo = current_app.extensions["door"].echo(request.args, clock.now())
    return Response(echo, mimetype=PLAIN)


@routes.operation(
    "POST",
    ADDRESS,
    "wechatCallbackPost",
    gives=None,
    signed=MESSAGE,
    media=(PLAIN,),
    may_refuse=(403, 413),
    base="",
)
def wechat_callback_post() -> Response:
    """WeChat tells us something, in secure mode; it is written down before it is answered."""
    request.max_content_length = MOST_BYTES
    door = current_app.extensions["door"]
    callbacks.keep(door.opened(request.args, request.get_data(), clock.now()))
    return Response("success", mimetype=PLAIN)

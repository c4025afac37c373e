"""How does the stand-in say no? With an error code and a text whose wording nobody may rely on."""

import secrets
from typing import Any

# Texts as WeChat has been seen to send them, for the codes the stand-in gives of itself.
TEXTS = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40013: "invalid appid",
    40029: "invalid code",
    40033: "invalid charset. please check your request, if include \\uxxxx will create fail!",
    40037: "invalid template_id",
    40097: "invalid args",
    40125: "invalid appsecret",
    40129: "invalid scene",
    40163: "code been used",
    40165: "invalid weapp pagepath",
    40169: "invalid length for scene, or the data is not json string",
    40212: "invalid query",
    41001: "access_token missing",
    41002: "appid missing",
    41004: "appsecret missing",
    41030: "invalid page",
    42001: "access_token expired",
    43002: "require POST method",
    43101: "user refuse to accept the msg",
    43108: "send too many messages to the user at the same time",
    44002: "empty post data",
    45009: "reach max api daily quota limit",
    47001: "data format error",
    47003: "argument invalid!",
    61010: "user access expired",
    85096: "scancode_time is reserved",
    85401: "time limit between 1min and 1year",
    85402: "invalid env_version",
    85408: "invalid expire_type",
}


class Refused(Exception):
    """WeChat's no; `more` is appended to the text of the code."""

    def __init__(self, errcode: int, more: str = ""):
        """Keep the code and what to add to its text."""
        self.errcode, self.more = errcode, more
        super().__init__(errcode)


def answer(errcode: int, more: str = "") -> dict[str, Any]:
    """Return the JSON object of a refusal, with a request id as WeChat appends it."""
    rid = "-".join((secrets.token_hex(4), secrets.token_hex(4), secrets.token_hex(4)))
    words = " ".join(filter(None, (TEXTS.get(errcode, "error"), more)))
    return {"errcode": errcode, "errmsg": f"{words} rid: {rid}"}

"""What can go wrong between us and WeChat? This tree, seen from the caller.

    Refusal                  the person must act (backend.errors)
    ├── CodeRefused          sign in again with a new code
    ├── RiskyUser            WeChat blocks this person
    ├── PhoneCodeRefused     tap again for a new phone code
    ├── Forged               a callback that WeChat has not signed, or not for us, or not just now
    └── TooFrequent          wait; `retry_after` gives the seconds
    WeChatDown               nothing the person can do (backend.errors)
    ├── Busy                 our own limit of concurrent sign-ins is reached
    ├── AccountRefused       our appid, secret or address is refused: staff must act
    ├── NoToken              no access token is to be had just now
    ├── NotSent              certain: not one byte of the request left
    └── NoAnswer             doubtful: the request may or may not have been carried out

No message carries a URL, a secret, a token, a code or an openid.
"""

from backend.errors import Invalid, NotAllowed, NotSignedIn, TooMany, WeChatDown


class CodeRefused(NotSignedIn):
    """The sign-in code is invalid, expired or used; only a new one can help."""

    detail = "登录凭证已失效，请重新登录"


class PhoneCodeRefused(Invalid):
    """The phone code is invalid, expired, used, somebody else's, or one of the sign-in."""

    detail = "手机号授权已失效或已使用，请重新点击“获取手机号”"

    def __init__(self) -> None:
        """Point at the code."""
        super().__init__(errors=[{"pointer": "#/code", "detail": self.detail}])


class RiskyUser(NotAllowed):
    """WeChat holds the person for high-risk and blocks the sign-in."""

    detail = "微信暂时限制了该账号登录，请稍后再试或联系微信客服"


class Forged(NotAllowed):
    """A request to the callback address that does not come from WeChat; it is not told why."""

    detail = "回调未通过验证"


class TooFrequent(TooMany):
    """The person signs in too often for WeChat."""

    detail = "登录过于频繁，请稍后再试"


class Busy(WeChatDown):
    """As many sign-ins as we allow are waiting for WeChat already."""


class AccountRefused(WeChatDown):
    """WeChat refuses our own credentials, address or account; repeating will not help."""

    def __init__(self, errcode: int):
        """Keep WeChat's error code."""
        self.errcode = errcode
        super().__init__(f"errcode {errcode}")


class NoToken(WeChatDown):
    """There is no access token to work with; `wait_s` says when to ask again."""

    def __init__(self, reason: str, wait_s: float, errcode: int | None = None):
        """Keep why, the seconds to wait, and WeChat's error code if there was one."""
        self.wait_s = wait_s
        self.errcode = errcode
        super().__init__(reason)


class NotSent(WeChatDown):
    """The request certainly never left: no name, no connection, no TLS, no time."""


class NoAnswer(WeChatDown):
    """Bytes left, and no usable answer came: nobody can tell what WeChat did."""

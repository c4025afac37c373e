"""Test vectors for callbacks: of WeChat's own page on message push, and made with wechatpy 1.8.18.

Each is a request and the message within; that of E was sealed for another appid.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from backend.wechat.callback import Door

OFFICIAL = Door.of("wxba5fad812f8e6fb9", "AAAAA", ("A" * 43,))
# The last character of this key has bits that count for nothing: strict decoders refuse it.
OURS = Door.of(
    "wx0123456789abcdef", "ldj_token_2026", ("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",)
)


class Vector(NamedTuple):
    """A request, when it was sent, and the message within; None for one to be refused."""

    timestamp: str
    nonce: str
    signature: str
    msg_signature: str
    body: str
    plaintext: str | None

    @property
    def query(self) -> dict[str, str]:
        return {
            "signature": self.signature,
            "timestamp": self.timestamp,
            "nonce": self.nonce,
            "encrypt_type": "aes",
            "msg_signature": self.msg_signature,
        }

    @property
    def now(self) -> datetime:
        return datetime.fromtimestamp(int(self.timestamp), UTC)

    @property
    def encrypted(self) -> str:
        if self.body.startswith("<"):
            return self.body.partition("<Encrypt><![CDATA[")[2].partition("]]>")[0]
        encrypted: str = json.loads(self.body)["Encrypt"]
        return encrypted


VECTORS = {
    name: Vector(**kept)
    for name, kept in json.loads(Path(__file__).with_suffix(".json").read_text("utf-8")).items()
}


def door_of(name: str) -> Door:
    """Whose vector it is."""
    return OFFICIAL if "official" in name else OURS

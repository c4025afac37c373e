"""How is what must stay secret kept, found and shown?

Values are sealed with AES-256-GCM under a key id, bound to the place where they stand, so that
a ciphertext moved to another row does not open. They are found by a keyed hash and shown masked.
"""

import base64
import hashlib
import hmac
import os
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from backend.errors import Fault

VERSION, SUITE, NONCE_BYTES = "v1", "aes256gcm", 12


class Unreadable(Fault):
    """The key is not in the ring, or the value is not the one written at this place."""


class Vault:
    """A ring of data keys and a ring of index keys."""

    def __init__(self, keys: Mapping[str, bytes], current: str, index_keys: Mapping[str, bytes]):
        """Seal with the key `current`, open with any; hash with the first index key."""
        self._keys = {kid: AESGCM(key) for kid, key in keys.items()}
        self._current = current
        self._index_keys = dict(index_keys)

    def seal(self, place: str, plain: str) -> str:
        """Encrypt for one place, `table|column|row`; every call gives another ciphertext."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._keys[self._current].encrypt(
            nonce, plain.encode(), self._bound(place, self._current)
        )
        return ".".join((VERSION, self._current, SUITE, _text(nonce), _text(sealed)))

    def unseal(self, place: str, envelope: str) -> str:
        """Decrypt; raise Unreadable for an unknown key, another place or a changed byte."""
        try:
            version, kid, suite, nonce, sealed = envelope.split(".")
            if (version, suite) != (VERSION, SUITE):
                raise Unreadable
            key = self._keys[kid]
            return key.decrypt(_bytes(nonce), _bytes(sealed), self._bound(place, kid)).decode()
        except (InvalidTag, KeyError, ValueError):
            raise Unreadable from None

    def seal_file(self, place: str, plain: bytes) -> tuple[str, bytes]:
        """Encrypt many bytes under a key of their own; return that key, sealed, and the bytes.

        A new data key asks only for the short first part to be sealed again.
        """
        key, nonce = AESGCM.generate_key(bit_length=256), os.urandom(NONCE_BYTES)
        sealed = AESGCM(key).encrypt(nonce, plain, place.encode())
        return self.seal(f"{place}|key", _text(key)), nonce + sealed

    def unseal_file(self, place: str, wrapped: str, sealed: bytes) -> bytes:
        """Decrypt what `seal_file` gave; raise Unreadable like `unseal`."""
        key = AESGCM(_bytes(self.unseal(f"{place}|key", wrapped)))
        try:
            return key.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place.encode())
        except (InvalidTag, ValueError):
            raise Unreadable from None

    def index(self, column: str, value: str) -> str:
        """Hash a normalised value with the newest index key, for equality searches only."""
        return self.indexes(column, value)[0]

    def indexes(self, column: str, value: str) -> tuple[str, ...]:
        """Hash with every index key, newest first: what was written before a rotation is found."""
        plain = f"{column}|{value}".encode()
        return tuple(
            f"{kid}:{hmac.new(key, plain, hashlib.sha256).hexdigest()}"
            for kid, key in self._index_keys.items()
        )

    @staticmethod
    def _bound(place: str, kid: str) -> bytes:
        return f"{place}|{kid}".encode()


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def mask_phone(phone: str) -> str:
    """Show the first three and last four digits of a mobile number; hide anything shorter."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 11 else "*" * len(phone)


def mask_number(number: str) -> str:
    """Show the first and last four of the eighteen characters of a document's number."""
    return f"{number[:4]}{'*' * 10}{number[-4:]}" if len(number) == 18 else "*" * len(number)


_vault: Vault | None = None


def use(vault: Vault) -> None:
    """Say once, at the start of the process, which rings of keys are in force."""
    global _vault
    _vault = vault


def keys() -> Vault:
    """Return the vault in force; raise RuntimeError before `use`."""
    if _vault is None:
        raise RuntimeError("no vault in use")
    return _vault

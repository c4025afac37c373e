"""Is there a virus in it? ClamAV's daemon is asked over its socket, where there is one."""

import socket
import struct
from typing import Protocol

WITHIN_S = 5.0
CHUNK = 256 * 1024
LONGEST_ANSWER = 4096


class ScannerDown(Exception):
    """The scanner gave no answer that tells clean from infected."""


class Scans(Protocol):
    """Whoever can tell whether bytes are harmless."""

    def is_clean(self, content: bytes) -> bool:
        """Tell; raise ScannerDown when that cannot be told now."""


class Clamd:
    """clamd, at `/path/of/its/socket` or at `host:port`."""

    def __init__(self, address: str, *, within_s: float = WITHIN_S):
        """Remember where it is; nothing is opened yet."""
        self._address, self._within_s = address, within_s

    def is_clean(self, content: bytes) -> bool:
        """Send the bytes (INSTREAM) and read the verdict; raise ScannerDown for any other word."""
        try:
            with self._line() as line:
                line.sendall(b"zINSTREAM\0")
                for start in range(0, len(content), CHUNK):
                    piece = content[start : start + CHUNK]
                    line.sendall(struct.pack("!L", len(piece)) + piece)
                line.sendall(struct.pack("!L", 0))
                answer = self._answer(line)
        except (OSError, ValueError):
            raise ScannerDown from None
        if answer == b"stream: OK":
            return True
        if answer.startswith(b"stream: ") and answer.endswith(b" FOUND"):
            return False
        raise ScannerDown

    def _line(self) -> socket.socket:
        if self._address.startswith("/"):
            line = socket.socket(socket.AF_UNIX)
            line.settimeout(self._within_s)
            try:
                line.connect(self._address)
            except BaseException:
                line.close()
                raise
            return line
        host, _, port = self._address.rpartition(":")
        return socket.create_connection((host, int(port)), self._within_s)

    @staticmethod
    def _answer(line: socket.socket) -> bytes:
        said = b""
        while not said.endswith(b"\0") and len(said) < LONGEST_ANSWER:
            more = line.recv(LONGEST_ANSWER)
            if not more:
                break
            said += more
        return said.rstrip(b"\0\n")

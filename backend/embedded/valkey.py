"""How do we run Valkey? Reached by its socket alone, with a log of all it was told."""

import signal
import socket
from functools import partial
from pathlib import Path
from urllib.parse import quote

from backend.embedded import programs, sharing
from backend.embedded.place import Place

_SOCKET = "valkey.sock"


def start(data_dir: Path, *, durable: bool, binary: Path | None) -> sharing.Server:
    """Start Valkey in the data folder, or join the one that runs there."""
    place = Place.of(data_dir, "valkey")
    launch = partial(_launch, place, durable, binary or programs.valkey_binary())
    use = sharing.join(place, launch, partial(_answers, place))
    return sharing.Server(f"unix://{quote(str(place.sockets / _SOCKET))}?db=0", use)


def _launch(place: Place, durable: bool, binary: Path, lock: int) -> None:
    if not place.data.exists():
        place.make_folder(place.data)
    command = [str(binary), "--port", "0"]
    command += ["--unixsocket", str(place.make_sockets() / _SOCKET), "--unixsocketperm", "700"]
    command += ["--dir", str(place.data), "--save", "", "--appendonly", "yes"]
    command += ["--appendfsync", "everysec" if durable else "no"]
    sharing.keep(place, lock, command, stop=signal.SIGTERM, death=signal.SIGTERM)


def _answers(place: Place) -> bool:
    """Say whether the server takes commands; it does not while it still reads its data."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1)
        try:
            connection.connect(str(place.sockets / _SOCKET))
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith(b"+PONG")
        except OSError:
            return False

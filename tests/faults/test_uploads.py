"""What is left of an upload whose sender or receiver died on the way? After the sweep, nothing."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask

from backend.documents.sweeping import sweep
from tests.factories import BASE, Upload, a_pdf
from tests.faults.dying_upload import MOMENTS
from tests.races.crowd import ask, count
from tests.records import person
from tests.running_system import ROOT, wait_until

EDGE = "edge"
SLOW_TO_SETTLE = """
CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_sleep(2); RETURN NEW; END';
CREATE TRIGGER dawdle BEFORE INSERT ON document FOR EACH ROW EXECUTE FUNCTION dawdle();
"""


def request(token: str, key: str, content: bytes) -> bytes:
    """An upload as it goes over the line."""
    body = f'--{EDGE}\r\nContent-Disposition: form-data; name="kind"\r\n\r\nplan\r\n'.encode()
    said = 'Content-Disposition: form-data; name="file"; filename="a.pdf"'
    body += f"--{EDGE}\r\n{said}\r\n\r\n".encode() + content + f"\r\n--{EDGE}--\r\n".encode()
    head = (
        f"POST {BASE}/documents HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        f"Authorization: Bearer {token}\r\nIdempotency-Key: {key}\r\n"
        f"Content-Type: multipart/form-data; boundary={EDGE}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def said(port: int, sent: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), 30) as line:
        line.sendall(sent)
        line.shutdown(socket.SHUT_WR)
        heard = b""
        while more := line.recv(65536):
            heard += more
        return heard


def left(app: Flask) -> dict[str, Any]:
    """What there is of any upload."""
    folder = app.extensions["shelf"]._folder
    return {
        "rows": count(app, "stored_file"),
        "documents": count(app, "document"),
        "files": sorted(os.listdir(folder)) if folder.exists() else [],
    }


def nothing_is_left(app: Flask) -> None:
    found = left(app)
    assert {"rows": 0, "documents": 0, "files": []} == found, f"left behind: {found}"


def swept(app: Flask) -> int:
    with app.app_context():
        return sweep(app.extensions["shelf"])


def an_hour_goes_by(app: Flask) -> None:
    ask(app, "UPDATE stored_file SET created_at = created_at - interval '61 minutes'")
    then = time.time() - 61 * 60
    for path in app.extensions["shelf"]._folder.iterdir():
        os.utime(path, (then, then))


@pytest.mark.reliability
def test_up35_an_upload_that_is_cut_off_leaves_nothing(own_world, served):
    token = own_world.citizen().token
    whole = request(token, "a-key", a_pdf() + b"%" + b"x" * 500_000 + b"\n%%EOF\n")

    heard = said(served.port, whole[: len(whole) // 2])

    assert not heard or b" 400 " in heard[:20]
    nothing_is_left(own_world.app)
    # The key was not burnt.
    assert b" 201 " in said(served.port, request(token, "a-key", a_pdf()))[:20]


@pytest.mark.reliability
def test_an_api_that_is_killed_before_it_has_settled_leaves_nothing(own_world, served):
    app, her, key, content = own_world.app, own_world.citizen(), uuid4().hex, a_pdf()
    ask(app, SLOW_TO_SETTLE)
    sent = request(her.token, key, content)
    sender = threading.Thread(target=lambda: silently(served.port, sent), daemon=True)
    sender.start()
    wait_until(lambda: [name for name in left(app)["files"] if not name.endswith(".part")])

    served.api.close()

    sender.join(30)
    asleep = "pg_stat_activity WHERE datname = current_database() AND query LIKE 'INSERT INTO doc%'"
    wait_until(lambda: not count(app, f"{asleep} AND state = 'active'"))
    found = left(app)
    assert (1, 0, 1) == (found["rows"], found["documents"], len(found["files"]))
    assert 0 == swept(app)
    with pytest.raises(AssertionError, match="left behind"):
        nothing_is_left(app)  # Nobody has swept yet: that is what is noticed.
    an_hour_goes_by(app)
    swept(app)
    nothing_is_left(app)

    ask(app, "DROP TRIGGER dawdle ON document")
    again = her.post("/documents", Upload({"file": content, "kind": "plan"}, "a.pdf"), key=key)
    assert (201, None) == (again.status_code, again.headers.get("Idempotent-Replayed"))


def silently(port: int, sent: bytes) -> None:
    try:
        said(port, sent)
    except OSError:
        pass


def test_a_process_that_is_killed_at_the_file_leaves_nothing(own_world, database_url, servers):
    app = own_world.app
    with app.app_context():
        her = person()
    environ = {
        "APP_ENV": "test",
        "DATABASE_URL": database_url,
        "REDIS_URL": servers.redis_url,
        "UPLOAD_DIR": str(app.extensions["shelf"]._folder),
    }
    command = (sys.executable, "-m", "tests.faults.dying_upload", str(her.id))
    done = subprocess.run(
        command, env=environ, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert [f"{moment} {int(signal.SIGKILL)}" for moment in MOMENTS] == done.stdout.splitlines()
    found = left(app)
    assert 3 == found["rows"]
    kinds = Counter("part" if name.endswith(".part") else "file" for name in found["files"])
    assert {"part": 1, "file": 1} == kinds

    assert 0 == swept(app)
    an_hour_goes_by(app)
    assert 5 == swept(app)
    nothing_is_left(app)

"""Is the image small, closed and alive, and does it play its roles?"""

import json
import os
import re
import subprocess
import sys
import threading
import tomllib
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from miniprogram_api.commands import main

ROOT = Path(__file__).parents[2]
DOCKERFILE = ROOT / "docker" / "Dockerfile"
ENTRYPOINT = ROOT / "docker" / "entrypoint.sh"
TOOLS = Path(sys.executable).parent
COMMANDS = ("worker", "migrate", "seed")


def instructions(name: str) -> list[str]:
    """Return what stands after every instruction of this name, continued lines joined."""
    joined = DOCKERFILE.read_text().replace("\\\n", "")
    return re.findall(rf"^{name}\s+(.*)$", joined, re.MULTILINE)


def test_hadolint_finds_nothing_to_say():
    said = subprocess.run([TOOLS / "hadolint", DOCKERFILE], capture_output=True, text=True)

    assert (said.returncode, said.stdout) == (0, "")


def test_every_base_has_a_version():
    bases = [base.split()[0] for base in instructions("FROM")]

    assert len(bases) == 2
    for base in bases:
        _, _, tag = base.partition(":")
        assert re.match(r"\d", tag), base


def test_the_last_user_is_a_number_and_not_root():
    last_stage = DOCKERFILE.read_text().rpartition("\nFROM ")[2]
    users = re.findall(r"^USER\s+(\S+)$", last_stage, re.MULTILINE)

    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", users[-1])


def test_packages_are_installed_by_their_hashes():
    (install,) = [
        command for command in instructions("RUN") if " install " in command and "pip" in command
    ]

    assert "--require-hashes -r /requirements.txt" in install


def test_no_secret_is_named_in_the_image():
    named = " ".join(instructions("ENV") + instructions("ARG"))

    assert not re.search(r"SECRET|TOKEN|PASSWORD|KEY|URL", named)


def test_only_the_code_can_get_into_an_image():
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
        "root_packages"
    ]

    assert rules[0] == "*"
    assert {rule[1:] for rule in rules if rule.startswith("!")} == {
        "requirements.txt",
        "wsgi.py",
        "docker/entrypoint.sh",
        "docker/gunicorn.conf.py",
        *packages,
    }


def test_the_port_is_the_one_the_api_listens_on():
    assert instructions("EXPOSE") == ["8000"]


@pytest.fixture
def answering() -> Iterator[Callable[[int], tuple[int, list[str]]]]:
    """Start servers that answer every request with one status; they note the hosts asked for."""
    servers = []

    def start(status: int) -> tuple[int, list[str]]:
        asked: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(f"{self.headers['Host']}{self.path}")
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        servers.append(ThreadingHTTPServer(("127.0.0.1", 0), Handler))
        threading.Thread(target=servers[-1].serve_forever, args=(0.05,)).start()
        return servers[-1].server_port, asked

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def is_healthy(**environ: str) -> bool:
    """Run the image's health check as a container would."""
    (check,) = instructions("HEALTHCHECK")
    _, *arguments = json.loads(check.partition(" CMD ")[2])
    asked = subprocess.run([sys.executable, *arguments], env=environ, capture_output=True)
    return asked.returncode == 0


def test_an_api_that_answers_is_healthy(answering):
    port, asked = answering(200)

    assert is_healthy(PORT=str(port))
    assert asked == ["localhost/healthz"]


def test_an_api_that_fails_or_is_gone_is_not_healthy(answering):
    port, _ = answering(503)

    assert not is_healthy(PORT=str(port))
    assert not is_healthy(PORT="1")


def test_the_health_check_asks_under_a_trusted_host(answering):
    port, asked = answering(200)

    assert is_healthy(PORT=str(port), TRUSTED_HOSTS=".parks.example www.parks.example")
    assert asked == ["parks.example/healthz"]


def test_the_entrypoint_is_a_program_and_good_posix_shell():
    (entrypoint,) = instructions("ENTRYPOINT")

    assert json.loads(entrypoint) == ["/app/docker/entrypoint.sh"]
    assert ENTRYPOINT.read_text().startswith("#!/bin/sh\n")
    assert os.access(ENTRYPOINT, os.X_OK)
    subprocess.run(["sh", "-n", ENTRYPOINT], check=True)


@pytest.fixture
def play(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Start the entrypoint with programs that only say how they were called."""
    for program in ("gunicorn", "python"):
        stand_in = tmp_path / program
        told = "${PROMETHEUS_MULTIPROC_DIR-unset}"
        stand_in.write_text(f'#!/bin/sh\necho "$PPID $(pwd)"\necho {program} "$@"\necho "{told}"\n')
        stand_in.chmod(0o755)

    def start(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        path = f"{tmp_path}:/usr/bin:/bin"
        return subprocess.run(
            [ENTRYPOINT, *arguments], env={"PATH": path, **environ}, capture_output=True, text=True
        )

    return start


def test_the_role_web_takes_the_place_of_the_script(play):
    where, command, metrics = play("web", "--reload").stdout.splitlines()

    assert where == f"{os.getpid()} {ROOT}"
    assert command == "gunicorn -c docker/gunicorn.conf.py --no-control-socket --reload"
    assert metrics == "unset"


@pytest.mark.parametrize("role", COMMANDS)
def test_the_other_roles_are_commands_of_ours(play, role):
    where, command, metrics = play(role, PROMETHEUS_MULTIPROC_DIR="/metrics").stdout.splitlines()

    assert where == f"{os.getpid()} {ROOT}"
    assert command == f"python -m miniprogram_api.commands {role}"
    assert metrics == "unset"
    assert role in main.commands


def test_metrics_begin_with_an_empty_folder(play, tmp_path):
    folder = tmp_path / "run" / "metrics"
    folder.mkdir(parents=True)
    (folder / "counter_7.db").touch()

    *_, metrics = play("web", PROMETHEUS_MULTIPROC_DIR=str(folder)).stdout.splitlines()

    assert metrics == str(folder)
    assert list(folder.iterdir()) == []


def test_an_empty_metrics_folder_counts_as_none(play):
    *_, metrics = play("web", PROMETHEUS_MULTIPROC_DIR="").stdout.splitlines()

    assert metrics == "unset"


@pytest.mark.parametrize("arguments", [("simulator",), ("",), ()])
def test_an_unknown_role_is_refused_by_name(play, arguments):
    refused = play(*arguments)

    assert refused.returncode == 64
    assert refused.stdout == ""
    role = "".join(arguments)
    assert refused.stderr == (
        f"start refused: no role '{role}'; there are web, worker, migrate and seed\n"
    )

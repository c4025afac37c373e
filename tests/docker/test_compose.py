"""Does the installation hold together, and is it closed where it shall be?"""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.docker.test_environment import read_by_the_code

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "docker" / "compose.yaml"
PROXY = ROOT / "docker" / "proxy.conf"
OURS = ("api", "worker", "migrate")
INSTALLATION = yaml.safe_load(COMPOSE.read_text())
SERVICES: dict[str, Any] = INSTALLATION["services"]
each_service = pytest.mark.parametrize("name", SERVICES)


def test_the_file_is_what_compose_expects():
    said = subprocess.run(
        [
            Path(sys.executable).parent / "check-jsonschema",
            *("--builtin-schema", "vendor.compose-spec", COMPOSE),
        ],
        capture_output=True,
        text=True,
    )

    assert said.returncode == 0, said.stdout


def test_these_are_the_services():
    assert set(SERVICES) == {*OURS, "database", "redis", "proxy"}


@each_service
def test_what_a_service_refers_to_is_there(name):
    service = SERVICES[name]
    named = [volume.split(":")[0] for volume in service["volumes"]]

    assert set(service["networks"]) <= set(INSTALLATION["networks"])
    assert set(service.get("depends_on", ())) <= set(SERVICES)
    for volume in named:
        assert volume in INSTALLATION["volumes"] or (COMPOSE.parent / volume).is_file()


@each_service
def test_every_image_has_a_version(name):
    _, _, tag = SERVICES[name]["image"].rpartition(":")

    if name in OURS:
        assert SERVICES[name]["image"] == SERVICES["migrate"]["image"]
        assert tag not in ("", "latest")
    else:
        assert re.match(r"\d", tag)


@each_service
def test_every_service_is_started_again_or_is_waited_for(name):
    waited_for = [
        condition["condition"]
        for service in SERVICES.values()
        for other, condition in service.get("depends_on", {}).items()
        if other == name
    ]

    if SERVICES[name]["restart"] == "no":
        assert set(waited_for) == {"service_completed_successfully"}
    else:
        assert SERVICES[name]["restart"] == "unless-stopped"
        assert "service_completed_successfully" not in waited_for


def test_api_and_worker_wait_for_the_migration_and_it_for_the_database():
    for name in ("api", "worker"):
        waits = SERVICES[name]["depends_on"]
        assert waits["migrate"] == {"condition": "service_completed_successfully"}

    waits = SERVICES["migrate"]["depends_on"]
    assert waits["database"] == {"condition": "service_healthy"}
    assert SERVICES["migrate"]["command"] == ["migrate"]
    assert SERVICES["migrate"]["restart"] == "no"


@each_service
def test_a_service_that_stays_is_watched(name):
    # The API is watched by the check of its image.
    check = SERVICES[name].get("healthcheck", {"test": "the image's"})

    assert check == {"disable": True} if name == "migrate" else check["test"]
    assert ("healthcheck" in SERVICES[name]) == (name != "api")


@each_service
def test_the_world_reaches_the_proxy_alone(name):
    assert ("ports" in SERVICES[name]) == (name == "proxy")


def test_records_neither_reach_the_world_nor_are_reached_from_it():
    assert INSTALLATION["networks"]["records"]["internal"] is True
    for name in ("database", "redis", "migrate"):
        assert SERVICES[name]["networks"] == ["records"]
    assert SERVICES["proxy"]["networks"] == ["world"]


@each_service
def test_nothing_may_write_into_an_image_or_gain_rights(name):
    assert SERVICES[name]["read_only"] is True
    assert SERVICES[name]["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in SERVICES[name]
    if name in (*OURS, "proxy"):
        assert SERVICES[name]["cap_drop"] == ["ALL"]


@pytest.mark.parametrize("name", OURS)
def test_our_processes_are_told_by_the_env_file_and_by_names_that_the_code_reads(name):
    assert SERVICES[name]["env_file"] == "../.env"
    assert set(SERVICES[name]["environment"]) <= read_by_the_code()
    assert SERVICES[name]["environment"]["TRUSTED_PROXY_HOPS"] == "1"


def test_the_secrets_go_to_our_processes_only():
    for name in set(SERVICES) - set(OURS):
        assert "env_file" not in SERVICES[name]


def test_the_metrics_add_up_in_memory():
    folder = SERVICES["api"]["environment"]["PROMETHEUS_MULTIPROC_DIR"]

    assert folder in [place.split(":")[0] for place in SERVICES["api"]["tmpfs"]]


def test_the_files_outlive_their_container():
    for name in ("api", "worker"):
        uploads = SERVICES[name]["environment"]["UPLOAD_DIR"]
        assert any(uploads.startswith(at.split(":")[1] + "/") for at in SERVICES[name]["volumes"])
    assert SERVICES["database"]["volumes"] == ["database:/var/lib/postgresql"]
    assert SERVICES["redis"]["command"][1:3] == ["--appendonly", "yes"]


@pytest.mark.parametrize("options", ["", "?connect_timeout=3"])
def test_the_database_is_made_for_the_account_of_the_url(tmp_path, options):
    told = tmp_path / "docker-entrypoint.sh"
    told.write_text(
        '#!/bin/sh\necho "$POSTGRES_USER $POSTGRES_PASSWORD $POSTGRES_DB ${DATABASE_URL-unset}"\n'
        'echo "$@"\n'
    )
    told.chmod(0o755)
    database = SERVICES["database"]
    # Compose makes one dollar of two.
    command = [word.replace("$$", "$") for word in database["entrypoint"] + database["command"]]

    said = subprocess.run(
        command,
        env={
            "PATH": f"{tmp_path}:/usr/bin:/bin",
            "DATABASE_URL": f"postgresql+psycopg://someone:s3cret@database:5432/parks{options}",
        },
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()

    assert said == ["someone s3cret parks unset", f"postgres {' '.join(database['command'])}"]


def test_the_proxy_forwards_to_the_api():
    port = SERVICES["api"]["environment"]["PORT"]

    assert f"reverse_proxy api:{port} {{" in directives()
    assert SERVICES["proxy"]["ports"] == ["80:8080"]
    assert ":8080 {" in directives()


@pytest.mark.parametrize(
    "directive",
    [
        "header_up -X-WX-*",
        "header_up X-Forwarded-For {client_ip}",
        "max_size 11MiB",
        "read_header 10s",
        "read_body 2m",
        "write 5m",
        "admin off",
    ],
)
def test_the_proxy_lets_nothing_strange_long_or_slow_through(directive):
    assert directive in directives()


def directives() -> list[str]:
    """Return the lines of the proxy's settings that are no comments."""
    lines = [line.strip() for line in PROXY.read_text().splitlines()]
    return [line for line in lines if line and not line.startswith("#")]

"""Does .env.example say all that the code reads, and nothing else?"""

import ast
import re
import shlex
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

from backend import config, soundness, variables

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / ".env.example"
READERS = (config.__file__, soundness.__file__, ROOT / "docker" / "gunicorn.conf.py")
# What the example gives that is not a default: safe to publish, and meant for compose.
FOR_COMPOSE = {
    "APP_ENV": "production",
    "REDIS_URL": "redis://redis:6379/0",
    "WEB_WORKERS": "2",
    "DATA_KEY_CURRENT": "k1",
}
FROM_WECHAT = {"WECHAT_APPID": "wx0123456789abcdef", "WECHAT_APPSECRET": "fedcba9876543210" * 2}


class Variable(NamedTuple):
    """One variable of the example, with the line above it."""

    value: str
    comment: str

    @property
    def command(self) -> list[str]:
        """Return the command that makes a value, if the comment has one."""
        return shlex.split(self.comment.partition(" Make one: ")[2])


def example() -> dict[str, Variable]:
    """Return the variables of .env.example."""
    lines = ["", *EXAMPLE.read_text().splitlines()]
    found = {}
    for above, line in zip(lines, lines[1:], strict=False):
        if line and not line.startswith("#"):
            name, _, value = line.partition("=")
            assert name not in found, f"{name} stands there twice"
            found[name] = Variable(value, above)
    return found


def read_by_the_code() -> set[str]:
    """Return every variable that the code asks for by name."""
    named = {*variables.DEFAULTS, *variables.DEVELOPMENT, *variables.REQUIRED, *variables.CHOICES}
    for reader in READERS:
        for node in ast.walk(ast.parse(Path(reader).read_text())):
            match node:
                case ast.Subscript(slice=ast.Constant(value=str(name))):
                    named.add(name)
                case ast.Call(
                    func=ast.Attribute(attr="get"), args=[ast.Constant(value=str(name)), *_]
                ):
                    named.add(name)
    return {name for name in named if re.fullmatch(r"[A-Z][A-Z0-9_]+", name)}


def test_the_source_shows_what_is_read_wherever_it_stands():
    read = read_by_the_code()

    assert {"BOOTSTRAP_ADMIN_TOTP_SECRET", "TRUSTED_HOSTS", "METRICS_TOKEN", "WEB_WORKERS"} <= read
    assert {"PROMETHEUS_MULTIPROC_DIR", "WECHAT_TEMPLATES", "DATABASE_URL", "LOG_LEVEL"} <= read


def test_nothing_that_is_read_is_left_out():
    assert read_by_the_code() - set(example()) == set()


def test_nothing_is_named_that_nobody_reads():
    assert set(example()) - read_by_the_code() == set()


@pytest.mark.parametrize("name", example())
def test_each_variable_is_explained_in_the_line_above_it(name):
    comment = example()[name].comment.partition(" Make one: ")[0]

    assert re.fullmatch(r"# [A-Z].*[.]", comment)


@pytest.mark.parametrize("name", example())
def test_the_example_gives_defaults_and_no_secret(name):
    assert example()[name].value in ("", {**variables.DEFAULTS, **FOR_COMPOSE}.get(name, ""))


def test_what_has_a_default_shows_it():
    given = {name: variable.value for name, variable in example().items()}

    assert {name: given[name] for name in variables.DEFAULTS} == variables.DEFAULTS


def test_an_example_left_as_it_is_does_not_start():
    given = {name: variable.value for name, variable in example().items()}

    with pytest.raises(config.BadSettings) as refused:
        config.read(given)

    assert set(refused.value.faults) >= {name for name in variables.REQUIRED if not given[name]}


def test_an_example_filled_in_by_its_own_commands_starts_in_production():
    filled = {name: variable.value for name, variable in example().items()}
    for name, variable in example().items():
        if variable.command:
            assert filled[name] == ""
            filled[name] = subprocess.run(
                variable.command, capture_output=True, text=True, check=True
            ).stdout.strip()
    filled |= FROM_WECHAT
    filled |= {"BOOTSTRAP_ADMIN_USERNAME": "admin"}

    settings = config.read(filled)

    assert settings.app_env == "production"
    assert settings.data_keys.keys() == {"k1"}
    for name in variables.REQUIRED:
        assert filled[name], f"{name} has no command"

"""What can be done from the command line, and when it is refused."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result

from backend.access import PERMISSIONS, Role
from backend.accounts import actions as accounts
from backend.errors import NotSignedIn
from miniprogram_api import commands, demo
from tests.records import change, look, one

pytestmark = pytest.mark.usefixtures("closed_afterwards")
ROOT = Path(__file__).parents[2]


@pytest.fixture
def own_settings(in_own_app):
    return in_own_app.extensions["settings"]


def run(command, settings, *arguments: str) -> Result:
    result = CliRunner().invoke(command, arguments, obj=settings)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


class TestSeeding:
    def test_an_empty_database_gets_the_twenty_parks_and_no_demo(self, own_settings):
        change("TRUNCATE division, park, staff CASCADE")

        result = run(commands.seed, own_settings)

        assert "20 parks added\n" == result.output
        assert (20, 0, 0) == tuple(
            one(f"SELECT count(*) FROM {table}") for table in ("park", "unit", "staff")
        )

    def test_seeding_again_adds_nothing(self, own_settings):
        before = look("SELECT * FROM staff ORDER BY id")

        assert "0 parks added\n" == run(commands.seed, own_settings, "--demo").output

        assert before == look("SELECT * FROM staff ORDER BY id")
        assert 13 == one("SELECT count(*) FROM unit")

    def test_the_demo_brings_units_and_accounts_whose_password_everybody_knows(self, own_settings):
        change("TRUNCATE division, park, staff CASCADE")

        run(commands.seed, own_settings, "--demo")

        assert {each.username: each.role.name for each in demo.ACCOUNTS} == {
            row["username"]: row["role"] for row in look("SELECT username, role FROM staff")
        }
        assert {
            ("demo-manager", "P05"),
            ("demo-manager-2", "P05"),
            ("demo-manager-p01", "P01"),
        } == {
            tuple(row.values())
            for row in look(
                "SELECT username, key FROM park_manager JOIN staff ON staff.id = staff_id"
                " JOIN park ON park.id = park_id"
            )
        }

    def test_the_demo_is_refused_in_production(self, own_settings):
        change("TRUNCATE division, park, staff CASCADE")

        result = run(commands.seed, replace(own_settings, app_env="production"), "--demo")

        assert result.exit_code != 0
        assert (0, 0) == (one("SELECT count(*) FROM unit"), one("SELECT count(*) FROM staff"))


class TestTheFirstAdministrator:
    def named(self, settings, **more):
        return replace(
            settings,
            bootstrap_admin_username="first-admin",
            bootstrap_admin_password="Sixteen-Chars-01",
            bootstrap_admin_totp_secret="JBSWY3DPEHPK3PXP" * 2,
            **more,
        )

    def test_he_is_created_once_and_can_give_his_password(self, own_settings):
        for _ in range(2):
            run(commands.seed, self.named(own_settings))

        (admin,) = look("SELECT role, county FROM staff WHERE username = 'first-admin'")
        assert {"role": "BUREAU_ADMIN", "county": None} == admin
        accounts.check_password(
            "first-admin", password="Sixteen-Chars-01", network="10.0.0.1", device=""
        )

    def test_a_later_seed_does_not_bring_the_first_password_back(self, own_settings):
        run(commands.seed, self.named(own_settings))
        other = self.named(own_settings, password_policy="asvs")

        run(commands.seed, replace(other, bootstrap_admin_password="Another-Password-2"))

        with pytest.raises(NotSignedIn):
            accounts.check_password(
                "first-admin", password="Another-Password-2", network="10.0.0.1", device=""
            )

    def test_without_a_name_there_is_none(self, own_settings):
        run(commands.seed, own_settings)

        admins = look("SELECT username FROM staff WHERE role = :role", role=Role.BUREAU_ADMIN.name)
        assert [{"username": "demo-admin"}] == admins  # Who is invented.


class TestMigrating:
    def test_migrating_what_is_migrated_changes_nothing(self, own_settings):
        before = one("SELECT version_num FROM alembic_version")

        assert 0 == run(commands.migrate, own_settings).exit_code

        assert before == one("SELECT version_num FROM alembic_version")


class TestTheDocument:
    def test_it_is_written_without_a_server_and_without_a_database(self, settings, tmp_path):
        away = replace(settings, database_url="postgresql+psycopg://nobody@127.0.0.1:1/none")
        out = tmp_path / "deep" / "openapi.json"

        result = run(commands.write_openapi, away, "--out", str(out))

        assert f"{out}\n" == result.output
        written = orjson.loads(out.read_bytes())
        assert "3.1.0" == written["openapi"]
        assert set(PERMISSIONS) == {
            operation["operationId"]
            for path in written["paths"].values()
            for method, operation in path.items()
            if method != "parameters"
        }


class TestTheStart:
    def start(self, **environ: str) -> subprocess.CompletedProcess:
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME")}  # noqa: TID251
        return subprocess.run(
            [sys.executable, "-m", "miniprogram_api.commands", "openapi", "--out", "/dev/null"],
            env={**kept, **environ},
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def test_bad_settings_refuse_it_naming_all_of_them_and_no_value(self):
        ended = self.start(PORT="not-a-port-number", JWT_KEYS_STAFF="k:a-weak-secret")

        assert 1 == ended.returncode
        assert ended.stderr.startswith("start refused: ")
        for name in ("PORT", "JWT_KEYS_STAFF", "JWT_KEYS_CITIZEN", "DATABASE_URL", "DATA_KEYS"):
            assert name in ended.stderr
        assert "not-a-port-number" not in ended.stderr
        assert "a-weak-secret" not in ended.stderr
        assert "Traceback" not in ended.stderr

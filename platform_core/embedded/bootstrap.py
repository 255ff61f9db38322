"""Making a cluster: initdb with passwords from the first moment, then the application's role and database."""

import json
import os
import secrets
import shutil
import subprocess
from pathlib import Path

import psycopg
from psycopg import sql

from platform_core.embedded.account import ServerAccount
from platform_core.embedded.binaries import MAJOR_VERSION, PostgresBinaries
from platform_core.embedded.cluster_home import ClusterHome
from platform_core.embedded.errors import EmbeddedServiceError
from platform_core.embedded.private_files import write_private

SUPERUSER = "postgres"
APPLICATION = "tenon"
_INITDB_SECONDS = 180
# The superuser has no way in over TCP; the application's role has one, with its password, from this machine.
_HOST_BASED_ACCESS = f"""\
local all all scram-sha-256
host all {SUPERUSER} 127.0.0.1/32 reject
host all all 127.0.0.1/32 scram-sha-256
"""


def clean_environment() -> dict[str, str]:
    """Return the environment for PostgreSQL's programs: nothing of ours, so no PGDATA and no secret reaches them."""
    return {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "LANG": "C"}


def read_passwords(home: ClusterHome) -> dict[str, str]:
    """Return role name to password."""
    passwords: dict[str, str] = json.loads(home.passwords.read_text(encoding="utf-8"))
    return passwords


def ensure_cluster(home: ClusterHome, binaries: PostgresBinaries, account: ServerAccount | None, *, sync: bool) -> None:
    """Make the data folder unless it exists; an initdb that was interrupted leaves nothing behind.

    Raises:
        EmbeddedServiceError: initdb failed, or the data belong to another major version.
    """
    if not home.data.exists():
        _initialize(home, binaries, account, sync=sync)
    found = (home.data / "PG_VERSION").read_text(encoding="ascii").strip()
    if found != str(MAJOR_VERSION):
        raise EmbeddedServiceError(
            f"The data in {home.data} were written by PostgreSQL {found}, the programs here are of version "
            f"{MAJOR_VERSION} and cannot read them. Install the version of Tenon that wrote them and export, "
            "serve them with a PostgreSQL of that version by DATABASE_URL, or begin anew with --reset."
        )


def ensure_application(home: ClusterHome, *, socket_folder: str, port: int, allow_create_database: bool) -> None:
    """Make the application's role and database if they are missing, and set the role's rights as asked.

    The role is no superuser, makes no roles, does not replicate and does not bypass row security.
    """
    passwords = read_passwords(home)
    with psycopg.connect(
        host=socket_folder, port=port, user=SUPERUSER, password=passwords[SUPERUSER], dbname="postgres", autocommit=True
    ) as connection:
        role = sql.Identifier(APPLICATION)
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APPLICATION]).fetchone():
            # Sent as a SCRAM verifier: the password itself reaches no log.
            verifier = connection.pgconn.encrypt_password(
                passwords[APPLICATION].encode(), APPLICATION.encode(), b"scram-sha-256"
            ).decode()
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(role, sql.Literal(verifier)))
        createdb = sql.SQL("CREATEDB" if allow_create_database else "NOCREATEDB")
        connection.execute(
            sql.SQL("ALTER ROLE {} NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS {}").format(role, createdb)
        )
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [APPLICATION]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(role, role))
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(role))


def _initialize(home: ClusterHome, binaries: PostgresBinaries, account: ServerAccount | None, *, sync: bool) -> None:
    passwords = {name: secrets.token_urlsafe(24) for name in (SUPERUSER, APPLICATION)}
    write_private(home.passwords, json.dumps(passwords))
    work, password_file = home.folder / "data.new", home.folder / "initdb.password"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(mode=0o700)
    write_private(password_file, passwords[SUPERUSER])
    if account:
        os.chown(work, account.uid, account.gid)
        os.chown(password_file, account.uid, account.gid)
    try:
        _run_initdb(binaries, work, password_file, account, sync=sync)
        access = work / "pg_hba.conf"
        access.write_text(_HOST_BASED_ACCESS, encoding="ascii")
        work.rename(home.data)
    finally:
        password_file.unlink()
        shutil.rmtree(work, ignore_errors=True)


def _run_initdb(
    binaries: PostgresBinaries, work: Path, password_file: Path, account: ServerAccount | None, *, sync: bool
) -> None:
    command = [
        str(binaries.program("initdb")),
        f"--pgdata={work}",
        f"--username={SUPERUSER}",
        f"--pwfile={password_file}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        # The provider that is part of PostgreSQL: the same order on every machine, and no reindex after an OS upgrade.
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        *([] if sync else ["--no-sync"]),
    ]
    try:
        done = subprocess.run(  # noqa: S603 -- a fixed program
            command,
            env=clean_environment(),
            cwd=work,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=_INITDB_SECONDS,
            check=False,
            umask=0o077,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise EmbeddedServiceError(_hint(f"initdb could not be run: {error}.", account)) from error
    if done.returncode != 0:
        text = done.stderr.decode("utf-8", "replace").strip()[-2000:]
        raise EmbeddedServiceError(_hint(f"initdb ended with code {done.returncode}:\n{text}\n", account))


def _hint(what: str, account: ServerAccount | None) -> str:
    who = f"the account {account.name}" if account else "your account"
    return (
        f"The embedded PostgreSQL cannot make its data folder. {what} "
        f"See that the disk has 100 MB free and {who} may run programs there, or set DATABASE_URL."
    )

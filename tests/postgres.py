"""A throw-away PostgreSQL cluster for the tests: own folder, own socket, no port, gone afterwards.

The server named by PERMITFLOW_TEST_PG is used when set; otherwise the programs of the machine start one.
"""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

import psycopg
from psycopg import conninfo, sql

APT_LINE = "apt-get install -y postgresql"
# The cluster lives for one test run: speed matters and a crash loses nothing.
SPEED = {
    "autovacuum": "off",
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}

CLOSE_OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
TABLES = """
    SELECT relname, pg_relation_size(oid) FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'
"""
# Above this many bytes deleted rows, which stay in the file, would slow the next tests down.
LARGE = 8_000_000


class PostgresMissing(RuntimeError):
    """This machine has no PostgreSQL server programs."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running server; `conninfo` reaches its maintenance database as superuser."""

    conninfo: str

    def url(self, database: str) -> str:
        """The DATABASE_URL of one database of this server."""
        server = conninfo.conninfo_to_dict(self.conninfo)
        user, password = quote(str(server["user"]), safe=""), server.get("password")
        secret = f":{quote(str(password), safe='')}" if password else ""
        query = urlencode({"host": server.get("host") or "localhost", "port": server.get("port") or 5432})
        return f"postgresql+psycopg://{user}{secret}@/{database}?{query}"

    def create(self, database: str) -> str:
        """Create (or replace) an empty database and return its DATABASE_URL."""
        self.drop(database)
        self._run(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(database)))
        return self.url(database)

    def empty(self, database: str) -> None:
        """Take every row out of a migrated database: 10 ms, where a fresh copy costs 200.

        The role of a replica lets it past foreign keys and past the guard of the append-only record.
        """
        with psycopg.connect(
            conninfo.make_conninfo(self.conninfo, dbname=database), autocommit=True
        ) as connection:
            connection.execute(CLOSE_OTHERS)
            found = connection.execute(TABLES).fetchall()
            tables = [sql.Identifier(name) for name, _size in found]
            connection.execute("SET session_replication_role = replica")
            if sum(size for _name, size in found) > LARGE:
                connection.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(tables)))
            else:
                deletions = [sql.SQL("DELETE FROM {}").format(table) for table in tables]
                connection.execute(sql.SQL("; ").join(deletions))

    def drop(self, database: str) -> None:
        """Drop a database with all connections to it."""
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))

    def _run(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.conninfo, autocommit=True) as connection:
            connection.execute(statement)


def find_programs() -> Path:
    """The folder of initdb and pg_ctl: named by PG_BINDIR, Debian's newest, or on the PATH."""
    debian = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True
    )
    on_path = shutil.which("initdb")
    named = os.environ.get("PG_BINDIR")
    candidates = [Path(named)] if named else [*debian, *([Path(on_path).parent] if on_path else [])]
    for folder in candidates:
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    raise PostgresMissing(f"PostgreSQL is not installed: {APT_LINE}")


def _owner() -> dict[str, object]:
    """PostgreSQL refuses to run as root: then it runs as its own user, or as nobody."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = names.get("postgres") or names["nobody"]
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


@contextlib.contextmanager
def running_cluster(changes: Mapping[str, str] | None = None) -> Iterator[Cluster]:
    """Start a server for the duration of the `with`; `changes` replace settings. Errors: PostgresMissing."""
    given = os.environ.get("PERMITFLOW_TEST_PG")
    if given:
        yield Cluster(given)
        return
    programs, owner = find_programs(), _owner()
    # The path of a socket has room for about 100 characters, hence no deep folder.
    with tempfile.TemporaryDirectory(prefix="pf-pg-", ignore_cleanup_errors=True) as folder:
        if owner:
            os.chown(folder, int(str(owner["user"])), int(str(owner["group"])))
        yield from _serve(programs, Path(folder), owner, SPEED | dict(changes or {}))


def _serve(
    programs: Path, folder: Path, owner: dict[str, object], chosen: dict[str, str]
) -> Iterator[Cluster]:
    data, log = folder / "data", folder / "log"

    def call(program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(programs / program), *arguments],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            **owner,
        )
        if done.returncode:
            trace = log.read_text(encoding="utf-8") if log.exists() else ""
            raise RuntimeError(f"{program} failed: {done.stderr}{trace}")

    call("initdb", "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
    settings = chosen | {"listen_addresses": "", "unix_socket_directories": str(folder)}
    lines = [f"{name} = '{value}'\n" for name, value in settings.items()]
    with (data / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.writelines(lines)
    call("pg_ctl", "-D", str(data), "-l", str(log), "-w", "-t", "60", "start")
    try:
        yield Cluster(f"host={folder} user=postgres dbname=postgres")
    finally:
        call("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")

"""A throw-away PostgreSQL server on loopback."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy.engine import URL

_DEBIAN = Path("/usr/lib/postgresql")
_PATIENCE_SECONDS = 30


def find_server_programs() -> Path | None:
    """The folder of `initdb` and `postgres`, which Debian keeps out of the path."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else sorted(_DEBIAN.glob("*/bin"))
    return next((folder for folder in reversed(folders) if (folder / "postgres").exists()), None)


def user_to_run_as() -> str | None:
    """Who the server runs as: PostgreSQL refuses root, so then the user its package made; None without one."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid()).pw_name
    return next((entry.pw_name for entry in pwd.getpwall() if entry.pw_name == "postgres"), None)


@contextmanager
def running_server(programs: Path, user: str) -> Iterator[URL]:
    """A server with an empty cluster: the address of its first database."""
    # Not pytest's folder: that is closed to the server's user when the tests run as root.
    folder = Path(tempfile.mkdtemp(prefix="expert-answers-postgresql-"))
    process = None
    try:
        shutil.chown(folder, user)
        as_user = user if os.geteuid() == 0 else None
        data = str(folder / "data")
        initdb = [str(programs / "initdb"), "-D", data, "-U", "records", "-A", "trust", "-E", "UTF8", "--no-sync"]
        subprocess.run(initdb, check=True, capture_output=True, user=as_user, cwd=folder)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        listening = ["-h", "127.0.0.1", "-p", str(port), "-k", str(folder)]
        command = [str(programs / "postgres"), "-D", data, *listening, "-F"]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(command, user=as_user, cwd=folder, stdout=log, stderr=log)
        url = URL.create("postgresql+psycopg", "records", host="127.0.0.1", port=port, database="postgres")
        _wait_until_ready(url, process, folder / "log")
        yield url
    finally:
        if process is not None:
            # Unlike the usual signal, this one does not wait for connections to be closed.
            process.send_signal(signal.SIGINT)
            process.wait(_PATIENCE_SECONDS)
        shutil.rmtree(folder)


def create_database(server: URL, name: str) -> URL:
    """The address of a new database, whose days are not those of UTC."""
    with psycopg.connect(_dsn(server), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
        connection.execute(f"ALTER DATABASE \"{name}\" SET timezone TO 'Asia/Shanghai'".encode())
    return server.set(database=name)


def _wait_until_ready(url: URL, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            psycopg.connect(_dsn(url)).close()
            return
        except psycopg.OperationalError:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)


def _dsn(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)

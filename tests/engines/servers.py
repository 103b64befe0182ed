"""Database servers of this machine, each on a loopback port and in a folder of its own, stopped after use."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

POSTGRES = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
MARIADB = shutil.which("mariadbd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
JAVA = shutil.which("java")


def _account(name: str) -> dict[str, object]:
    """Servers refuse to run as root: then the account of their package runs them."""
    return {"user": name, "group": pwd.getpwnam(name).pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}


def _run(command: list[str], folder: Path, account: str) -> None:
    subprocess.run(command, check=True, cwd=folder, capture_output=True, **_account(account))  # type: ignore[call-overload]


@contextmanager
def _folder(account: str) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=f"metricspec-{account}-"))
    try:
        if os.geteuid() == 0:
            owner = pwd.getpwnam(account)
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def postgres() -> Iterator[str]:
    """A PostgreSQL server; yields how to connect, as a URL."""
    programs = POSTGRES[-1].parent
    with _folder("postgres") as folder:
        port, data = _free_port(), str(folder / "data")
        _run([str(programs / "initdb"), "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8"], folder, "postgres")
        control = [str(programs / "pg_ctl"), "-D", data, "-w", "-l", str(folder / "log")]
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        _run([*control, "-o", options, "start"], folder, "postgres")
        try:
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
        finally:
            _run([*control, "-m", "immediate", "stop"], folder, "postgres")


@contextmanager
def mariadb() -> Iterator[str]:
    """A MariaDB server; yields how to connect, as a URL."""
    assert MARIADB is not None
    with _folder("mysql") as folder:
        port, data = _free_port(), folder / "data"
        install = [
            "mariadb-install-db",
            "--no-defaults",
            f"--datadir={data}",
            "--auth-root-authentication-method=normal",
        ]
        _run([*install, "--skip-test-db"], folder, "mysql")
        options = [f"--datadir={data}", f"--port={port}", "--bind-address=127.0.0.1", f"--socket={folder}/socket"]
        options += [
            f"--tmpdir={folder}",
            f"--pid-file={folder}/pid",
            f"--log-error={folder}/log",
            "--innodb-flush-log-at-trx-commit=0",
        ]
        server = subprocess.Popen([MARIADB, "--no-defaults", *options], cwd=folder, **_account("mysql"))  # type: ignore[call-overload]
        try:
            _await(port, server)
            _run(["mariadb", f"--socket={folder}/socket", "-uroot", "-e", "CREATE DATABASE network"], folder, "mysql")
            yield f"mariadb://root@127.0.0.1:{port}/network"
        finally:
            server.terminate()
            server.wait(30)


def _await(port: int, server: subprocess.Popen[bytes], seconds: float = 30) -> None:
    """Until the server answers at its port."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and server.poll() is None:
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"the server did not start within {seconds} s")

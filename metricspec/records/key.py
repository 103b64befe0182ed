"""A project's own key: what seals numbers that must not be told. It stays in the project and is in no file of results."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from metricspec.running.loading import FILE

FOLDER, NAME = ".metricspec", "record.key"


def content_hash(file: Path) -> str:
    """sha256 of a file."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


@dataclass(frozen=True)
class Key:
    """Seals texts and files: whoever lacks the key cannot try out what was sealed."""

    secret: bytes

    @property
    def id(self) -> str:
        """Tells one key from another, and nothing about either."""
        return self.seal("key")[:12]

    def seal(self, text: str, file: Path | None = None) -> str:
        """The seal of a text, and of a file's content with it."""
        made = hmac.new(self.secret, text.encode(), hashlib.sha256)
        if file is not None:
            made.update(content_hash(file).encode())
        return made.hexdigest()


def project_key(folder: Path, *, make: bool = True) -> Key | None:
    """The key of a project; made where there is none yet. None without a project, or where it cannot be kept."""
    if not (folder / FILE).is_file():
        return None
    path = folder / FOLDER / NAME
    try:
        if make and not path.exists():
            path.parent.mkdir(exist_ok=True)
            (path.parent / ".gitignore").write_text("*\n", encoding="utf-8")
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="ascii") as opened:
                opened.write(secrets.token_hex(32) + "\n")
        return Key(bytes.fromhex(path.read_text(encoding="ascii").strip()))
    except (OSError, ValueError):
        return None

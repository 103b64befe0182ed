"""The language server's memory: which projects an editor has open, and when they are read again."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from metricspec.editor.desk import Desk
from metricspec.editor.diagnostics import diagnostic, docs_address
from metricspec.editor.positions import Text
from metricspec.problems import Problem
from metricspec.reading.problem_codes import entries
from metricspec.running.loading import FILE

PAUSE = 0.15  # seconds without typing before everything is read again; an editor may say another
log = logging.getLogger(__name__)


class Server(LanguageServer):
    """One for each editor window; a desk for each project that it has open."""

    def __init__(self) -> None:
        super().__init__("metricspec", _version(), text_document_sync_kind=lsp.TextDocumentSyncKind.Full)
        self.desks: dict[Path, Desk] = {}
        self.open: dict[Path, tuple[str, Desk]] = {}
        self.told: dict[Path, set[str]] = defaultdict(set)
        self.waiting: dict[Path, asyncio.TimerHandle] = {}
        self.page = docs_address(None)
        self.pause = PAUSE
        self.entries = {entry.code: entry for entry in entries()}

    def desk_of(self, path: Path) -> Desk:
        """The desk of the project that a file belongs to: the nearest folder above with a metricspec.yaml, the project
        that reads it, or the folder that is open in the editor."""
        home = next((folder for folder in path.parents if (folder / FILE).is_file()), None)
        if home is None:
            reading = next((desk for desk in self.desks.values() if desk.has(path)), None)
            if reading is not None:
                return reading
            roots = [root for uri in self.workspace.folders if (root := path_of(uri))]
            home = next((root for root in roots if root in path.parents), path.parent)
        return self.desk_in(home)

    def desk_in(self, home: Path) -> Desk:
        if home not in self.desks:
            self.desks[home] = Desk(home)
        return self.desks[home]

    def text(self, desk: Desk, path: Path) -> Text:
        return Text(desk.text(path), self.workspace.position_codec)

    def at(self, uri: str, position: lsp.Position) -> tuple[Desk, Path, Text, int] | None:
        """The desk, path, text and offset of a place in an open document."""
        path = path_of(uri)
        if path is None or path not in self.open:
            return None
        desk = self.open[path][1]
        text = self.text(desk, path)
        return desk, path, text, text.offset(position)

    def soon(self, desk: Desk) -> None:
        """Look at a project again when nothing more happened for a moment."""
        earlier = self.waiting.pop(desk.root, None)
        if earlier is not None:
            earlier.cancel()
        self.waiting[desk.root] = asyncio.get_running_loop().call_later(self.pause, self.look, desk)

    def look(self, desk: Desk) -> None:
        """Read what changed and tell the editor every problem; whatever goes wrong is told too, and the server goes on."""
        self.waiting.pop(desk.root, None)
        try:
            problems = desk.look()
        except Exception as error:  # a plugin's own code may raise anything
            log.exception("reading failed")
            message = f"metricspec cannot read {desk.root}: {type(error).__name__}: {error}"
            self.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Error, message))
            return
        self.tell(desk, problems)

    def tell(self, desk: Desk, problems: tuple[Problem, ...]) -> None:
        """The problems of every file, and none for files that had some before."""
        found: dict[str, list[lsp.Diagnostic]] = {uri: [] for uri in self.told[desk.root]}
        for uri, of in self.open.values():
            if of is desk:
                found[uri] = []
        texts: dict[Path, Text] = {}
        for problem in problems:
            path = Path(problem.place.file or desk.root / FILE).resolve()
            if path not in texts:
                texts[path] = self.text(desk, path)
            uri = self.open[path][0] if path in self.open else path.as_uri()
            found.setdefault(uri, []).append(diagnostic(problem, texts[path], self.page, self.entries))
        self.told[desk.root] = {uri for uri, some in found.items() if some}
        documents = self.workspace.text_documents
        for uri, some in found.items():
            number = documents[uri].version if uri in documents else None
            self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, some, number))


def path_of(uri: str) -> Path | None:
    """The path of a document that lies on a disk."""
    place = to_fs_path(uri) if uri.startswith("file:") else None
    return Path(place).resolve() if place else None


def _version() -> str:
    try:
        return version("metricspec-edu")
    except PackageNotFoundError:
        return "0"

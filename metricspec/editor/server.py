"""The language server: what an editor asks and is told, over standard input and output."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections import defaultdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from metricspec.editor.completion import Proposal, proposals_at
from metricspec.editor.definition import definitions_at
from metricspec.editor.desk import Desk
from metricspec.editor.diagnostics import actions, diagnostic, docs_address
from metricspec.editor.hover import hover_at
from metricspec.editor.positions import Text
from metricspec.editor.symbols import Symbol, symbols_of
from metricspec.problems import Problem
from metricspec.reading.problem_codes import entries
from metricspec.running.loading import FILE

PAUSE = 0.15  # seconds without typing before everything is read again
KINDS = {
    "property": lsp.CompletionItemKind.Property,
    "enum": lsp.CompletionItemKind.EnumMember,
    "reference": lsp.CompletionItemKind.Reference,
    "column": lsp.CompletionItemKind.Field,
    "keyword": lsp.CompletionItemKind.Keyword,
    "class": lsp.CompletionItemKind.Class,
}
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
        self.entries = {entry.code: entry for entry in entries()}

    def desk_of(self, path: Path) -> Desk:
        """The desk of the project that a file belongs to: the nearest folder above with a metricspec.yaml, the project
        that reads it, or the folder that is open in the editor."""
        home = next((folder for folder in path.parents if (folder / FILE).is_file()), None)
        if home is None:
            reading = next((desk for desk in self.desks.values() if desk.has(path)), None)
            if reading is not None:
                return reading
            roots = [Path(to_fs_path(uri) or "") for uri in self.workspace.folders]
            home = next((root for root in roots if root in path.parents), path.parent)
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

    def soon(self, desk: Desk, pause: float = PAUSE) -> None:
        """Look at a project again when nothing more happened for a moment."""
        earlier = self.waiting.pop(desk.root, None)
        if earlier is not None:
            earlier.cancel()
        self.waiting[desk.root] = asyncio.get_running_loop().call_later(pause, self.look, desk)

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
            path = Path(problem.place.file or desk.root / FILE).absolute()
            if path not in texts:
                texts[path] = self.text(desk, path)
            uri = self.open[path][0] if path in self.open else path.as_uri()
            found.setdefault(uri, []).append(diagnostic(problem, texts[path], self.page, self.entries))
        self.told[desk.root] = {uri for uri, some in found.items() if some}
        for uri, some in found.items():
            self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, some))


def path_of(uri: str) -> Path | None:
    """The path of a document that lies on a disk."""
    place = to_fs_path(uri) if uri.startswith("file:") else None
    return Path(place).absolute() if place else None


def _version() -> str:
    try:
        return version("metricspec-edu")
    except PackageNotFoundError:
        return "0"


def make_server() -> Server:
    """A server with everything it answers."""
    server = Server()
    _documents(server)
    _questions(server)
    return server


def _documents(server: Server) -> None:
    """Documents that are opened, changed and closed."""

    @server.feature(lsp.INITIALIZE)
    def initialize(ls: Server, params: lsp.InitializeParams) -> None:
        options: Any = params.initialization_options
        base = options.get("docs") if isinstance(options, dict) else None
        ls.page = docs_address(base if isinstance(base, str) else None)

    @server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    def opened(ls: Server, params: lsp.DidOpenTextDocumentParams) -> None:
        path = path_of(params.text_document.uri)
        if path is not None:
            desk = ls.desk_of(path)
            ls.open[path] = params.text_document.uri, desk
            desk.texts[path] = params.text_document.text
            ls.soon(desk)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def changed(ls: Server, params: lsp.DidChangeTextDocumentParams) -> None:
        path = path_of(params.text_document.uri)
        if path is not None and path in ls.open:
            desk = ls.open[path][1]
            desk.texts[path] = ls.workspace.get_text_document(params.text_document.uri).source
            ls.soon(desk)

    @server.feature(lsp.TEXT_DOCUMENT_DID_SAVE)
    def saved(ls: Server, params: lsp.DidSaveTextDocumentParams) -> None:
        path = path_of(params.text_document.uri)
        if path is not None and path in ls.open:
            ls.soon(ls.open[path][1])

    @server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def closed(ls: Server, params: lsp.DidCloseTextDocumentParams) -> None:
        path = path_of(params.text_document.uri)
        if path is not None and path in ls.open:
            uri, desk = ls.open.pop(path)
            desk.texts.pop(path, None)
            ls.told[desk.root].add(uri)
            ls.soon(desk)

    @server.feature(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def on_disk(ls: Server, params: lsp.DidChangeWatchedFilesParams) -> None:
        for desk in ls.desks.values():
            ls.soon(desk)


def _questions(server: Server) -> None:
    """What is asked about a place in a document."""

    @server.feature(lsp.TEXT_DOCUMENT_HOVER)
    def hover(ls: Server, params: lsp.HoverParams) -> lsp.Hover | None:
        here = ls.at(params.text_document.uri, params.position)
        found = hover_at(here[0], str(here[1]), here[2].text, here[3]) if here else None
        if here is None or found is None:
            return None
        says, start, end = found
        return lsp.Hover(lsp.MarkupContent(lsp.MarkupKind.Markdown, says), here[2].range(start, end))

    @server.feature(lsp.TEXT_DOCUMENT_DEFINITION)
    def definition(ls: Server, params: lsp.DefinitionParams) -> list[lsp.Location]:
        here = ls.at(params.text_document.uri, params.position)
        if here is None:
            return []
        found = definitions_at(here[0], str(here[1]), here[2].text, here[3])
        return [_location(ls, document.file, document.nodes.text, start, end) for document, start, end in found]

    @server.feature(lsp.TEXT_DOCUMENT_COMPLETION, lsp.CompletionOptions(trigger_characters=[" ", "'", "(", "."]))
    def completion(ls: Server, params: lsp.CompletionParams) -> lsp.CompletionList:
        here = ls.at(params.text_document.uri, params.position)
        found = proposals_at(here[0], str(here[1]), here[2].text, here[3]) if here else []
        items = [_item(one, here[2], here[3]) for one in found] if here else []
        return lsp.CompletionList(is_incomplete=False, items=items)

    @server.feature(lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    def symbols(ls: Server, params: lsp.DocumentSymbolParams) -> list[lsp.DocumentSymbol]:
        here = ls.at(params.text_document.uri, lsp.Position(0, 0))
        document = here[0].document(here[1]) if here else None
        if here is None or document is None:
            return []
        text = Text(document.nodes.text, ls.workspace.position_codec)
        return [_symbol(one, text) for one in symbols_of(document)]

    @server.feature(lsp.TEXT_DOCUMENT_CODE_ACTION, lsp.CodeActionOptions([lsp.CodeActionKind.QuickFix]))
    def code_action(ls: Server, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        here = ls.at(params.text_document.uri, params.range.start)
        return actions(params.text_document.uri, here[2], params.context.diagnostics) if here else []


def _location(server: Server, file: str, text: str, start: int, end: int) -> lsp.Location:
    path = Path(file).absolute()
    uri = server.open[path][0] if path in server.open else path.as_uri()
    return lsp.Location(uri, Text(text, server.workspace.position_codec).range(start, end))


def _item(one: Proposal, text: Text, cursor: int) -> lsp.CompletionItem:
    edit = lsp.TextEdit(text.range(one.start, max(one.end, cursor)), one.writes)
    says = lsp.MarkupContent(lsp.MarkupKind.Markdown, one.says) if one.says else None
    return lsp.CompletionItem(
        label=one.label,
        kind=KINDS[one.kind],
        detail=one.detail or None,
        documentation=says,
        sort_text=one.sort or None,
        filter_text=one.writes if one.label.startswith("'") else None,
        insert_text_mode=lsp.InsertTextMode.AdjustIndentation,
        text_edit=edit,
    )


def _symbol(one: Symbol, text: Text) -> lsp.DocumentSymbol:
    kind = lsp.SymbolKind.Struct if one.inside else lsp.SymbolKind.Property
    whole, own = text.range(one.start, one.end), text.range(one.start, one.key_end)
    return lsp.DocumentSymbol(one.name, kind, whole, own, one.detail, children=[_symbol(i, text) for i in one.inside])


def serve() -> None:
    """Serve the editor that started this process until it says goodbye."""
    output = sys.stdout.buffer
    sys.stdout = sys.stderr  # what anything prints must not get between the messages
    make_server().start_io(sys.stdin.buffer, output)

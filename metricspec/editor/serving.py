"""The language server: what an editor asks and is told, over standard input and output."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from lsprotocol import types as lsp

from metricspec.editor.completion import Proposal, proposals_at
from metricspec.editor.definition import definitions_at
from metricspec.editor.diagnostics import actions, docs_address
from metricspec.editor.hover import hover_at
from metricspec.editor.positions import Text
from metricspec.editor.server import PAUSE, Server, path_of
from metricspec.editor.symbols import Symbol, symbols_of
from metricspec.running.loading import FILE

KINDS = {
    "property": lsp.CompletionItemKind.Property,
    "enum": lsp.CompletionItemKind.EnumMember,
    "reference": lsp.CompletionItemKind.Reference,
    "column": lsp.CompletionItemKind.Field,
    "keyword": lsp.CompletionItemKind.Keyword,
    "class": lsp.CompletionItemKind.Class,
}


def make_server() -> Server:
    """A server with everything it answers."""
    server = Server()
    _start(server)
    _documents(server)
    _questions(server)
    return server


def _start(server: Server) -> None:
    """What an editor says of itself, and which folders it has open."""

    @server.feature(lsp.INITIALIZE)
    def initialize(ls: Server, params: lsp.InitializeParams) -> None:
        options: Any = params.initialization_options
        options = options if isinstance(options, dict) else {}
        base, pause = options.get("docs"), options.get("pause")
        ls.page = docs_address(base if isinstance(base, str) else None)
        ls.pause = min(max(0.0, float(pause)), 60.0) if isinstance(pause, int | float) else PAUSE

    @server.feature(lsp.INITIALIZED)
    def initialized(ls: Server, params: lsp.InitializedParams) -> None:
        for root in (path_of(uri) for uri in ls.workspace.folders):
            if root is not None and (root / FILE).is_file():
                ls.soon(ls.desk_in(root))


def _documents(server: Server) -> None:
    """Documents that are opened, changed and closed."""

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
        for path, (uri, desk) in list(ls.open.items()):  # a project may have come or gone
            home = ls.desk_of(path)
            if home is not desk:
                home.texts[path] = desk.texts.pop(path, "")
                ls.open[path] = uri, home
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
    path = Path(file).resolve()
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

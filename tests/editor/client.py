"""A client of a language server over stdio: what an editor does, in a few calls."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient
from pygls.uris import to_fs_path

PATIENCE = 60.0


class Editor:
    """One editor with one server. `settings` answers what the server asks of the configuration, `options` is what it is
    told at the start."""

    def __init__(self, root: Path, settings: Mapping[str, Any] | None = None, options: Any = None) -> None:
        self.root, self.settings, self.options = root, settings or {}, options
        self.client = LanguageClient("tests", "1")
        self.published: dict[str, Sequence[lsp.Diagnostic]] = {}
        self.news = asyncio.Event()
        self.messages: list[str] = []
        self.opened: dict[str, int] = {}
        self._listen()

    def _listen(self) -> None:
        @self.client.feature("textDocument/publishDiagnostics")
        def diagnostics(params: lsp.PublishDiagnosticsParams) -> None:
            if params.version in (None, self.opened.get(params.uri)):  # else it is of an earlier text
                self.published[params.uri] = params.diagnostics
                self.news.set()

        @self.client.feature("workspace/configuration")
        def configuration(params: lsp.ConfigurationParams) -> list[Any]:
            return [self.settings.get(item.section or "") for item in params.items]

        @self.client.feature("client/registerCapability")
        def register(params: lsp.RegistrationParams) -> None:
            """Nothing to do: these tests say themselves what changed on the disk."""

        @self.client.feature("window/logMessage")
        def log(params: lsp.LogMessageParams) -> None:
            self.messages.append(params.message)

        @self.client.feature("window/showMessage")
        def show(params: lsp.ShowMessageParams) -> None:
            self.messages.append(params.message)

    async def start(self, *command: str, **options: Any) -> lsp.InitializeResult:
        await self.client.start_io(*command, **options)
        markdown = lsp.HoverClientCapabilities(content_format=[lsp.MarkupKind.Markdown])
        snippets = lsp.ClientCompletionItemOptions(snippet_support=True, documentation_format=[lsp.MarkupKind.Markdown])
        document = lsp.TextDocumentClientCapabilities(
            hover=markdown,
            completion=lsp.CompletionClientCapabilities(completion_item=snippets),
            document_symbol=lsp.DocumentSymbolClientCapabilities(hierarchical_document_symbol_support=True),
        )
        workspace = lsp.WorkspaceClientCapabilities(
            configuration=True,
            workspace_folders=True,
            did_change_watched_files=lsp.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True),
        )
        folder = lsp.WorkspaceFolder(uri=self.root.as_uri(), name="tests")
        done = await self.client.initialize_async(
            lsp.InitializeParams(
                capabilities=lsp.ClientCapabilities(text_document=document, workspace=workspace),
                root_uri=self.root.as_uri(),
                workspace_folders=[folder],
                initialization_options=self.options,
            )
        )
        self.client.initialized(lsp.InitializedParams())
        return done

    def open(self, path: Path, text: str) -> str:
        uri = path.as_uri()
        self.opened[uri] = 1
        self.published.pop(uri, None)
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(lsp.TextDocumentItem(uri, "yaml", 1, text)))
        return uri

    def change(self, uri: str, text: str) -> None:
        self.opened[uri] += 1
        self.published.clear()
        self.client.text_document_did_change(
            lsp.DidChangeTextDocumentParams(
                lsp.VersionedTextDocumentIdentifier(self.opened[uri], uri),
                [lsp.TextDocumentContentChangeWholeDocument(text)],
            )
        )

    def close(self, uri: str) -> None:
        del self.opened[uri]
        self.published.pop(uri, None)
        self.client.text_document_did_close(lsp.DidCloseTextDocumentParams(lsp.TextDocumentIdentifier(uri)))

    async def diagnostics(self, uri: str) -> list[lsp.Diagnostic]:
        """Those that the server published for a document since it was last opened or changed, or publishes next."""
        async with asyncio.timeout(PATIENCE):
            while uri not in self.published:
                self.news.clear()
                await self.news.wait()
        return list(self.published[uri])

    def changed_on_disk(self, path: Path) -> None:
        self.published.clear()
        event = lsp.FileEvent(path.as_uri(), lsp.FileChangeType.Changed)
        self.client.workspace_did_change_watched_files(lsp.DidChangeWatchedFilesParams([event]))

    async def clean(self, uri: str) -> None:
        """Wait until a document has no problems."""
        async with asyncio.timeout(PATIENCE):
            while await self.diagnostics(uri):
                self.published.pop(uri, None)

    async def hover(self, uri: str, line: int, character: int) -> str:
        at = lsp.HoverParams(lsp.TextDocumentIdentifier(uri), lsp.Position(line, character))
        found = await self.client.text_document_hover_async(at)
        return found.contents.value if found and isinstance(found.contents, lsp.MarkupContent) else ""

    async def complete(self, uri: str, line: int, character: int) -> dict[str, lsp.CompletionItem]:
        at = lsp.CompletionParams(lsp.TextDocumentIdentifier(uri), lsp.Position(line, character))
        found = await self.client.text_document_completion_async(at)
        items = found.items if isinstance(found, lsp.CompletionList) else found or []
        return {item.label: item for item in items}

    async def definition(self, uri: str, line: int, character: int) -> tuple[Path, int, int] | None:
        """The file with line and column (from 0) of the place that a word leads to."""
        at = lsp.DefinitionParams(lsp.TextDocumentIdentifier(uri), lsp.Position(line, character))
        found = await self.client.text_document_definition_async(at)
        if isinstance(found, list):
            found = found[0] if found else None
        if not isinstance(found, lsp.Location):
            return None
        path = to_fs_path(found.uri)
        assert path is not None
        return Path(path), found.range.start.line, found.range.start.character

    async def symbols(self, uri: str) -> Sequence[lsp.DocumentSymbol]:
        params = lsp.DocumentSymbolParams(lsp.TextDocumentIdentifier(uri))
        found = await self.client.text_document_document_symbol_async(params) or []
        return [one for one in found if isinstance(one, lsp.DocumentSymbol)]

    async def actions(self, uri: str, diagnostic: lsp.Diagnostic) -> Sequence[lsp.CodeAction]:
        context = lsp.CodeActionContext([diagnostic])
        params = lsp.CodeActionParams(lsp.TextDocumentIdentifier(uri), diagnostic.range, context)
        found = await self.client.text_document_code_action_async(params) or []
        return [one for one in found if isinstance(one, lsp.CodeAction)]

    async def stop(self) -> int | None:
        """Shut the server down in order; its exit code."""
        await self.client.shutdown_async(None)
        self.client.exit(None)
        server = self.client._server
        assert server is not None
        async with asyncio.timeout(PATIENCE):
            code = await server.wait()
        await self.client.stop()
        return code

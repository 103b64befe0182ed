"""A client of a language server over stdio: what an editor does, in a few calls."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient

PATIENCE = 60.0


class Editor:
    """One editor with one server. `settings` answers what the server asks of the configuration."""

    def __init__(self, root: Path, settings: Mapping[str, Any] | None = None) -> None:
        self.root, self.settings = root, settings or {}
        self.client = LanguageClient("tests", "1")
        self.published: dict[str, Sequence[lsp.Diagnostic]] = {}
        self.news = asyncio.Event()
        self.messages: list[str] = []
        self._listen()

    def _listen(self) -> None:
        @self.client.feature("textDocument/publishDiagnostics")
        def diagnostics(params: lsp.PublishDiagnosticsParams) -> None:
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
            )
        )
        self.client.initialized(lsp.InitializedParams())
        return done

    def open(self, path: Path, text: str, version: int = 1) -> str:
        uri = path.as_uri()
        self.client.text_document_did_open(
            lsp.DidOpenTextDocumentParams(lsp.TextDocumentItem(uri, "yaml", version, text))
        )
        return uri

    def change(self, uri: str, text: str, version: int) -> None:
        self.client.text_document_did_change(
            lsp.DidChangeTextDocumentParams(
                lsp.VersionedTextDocumentIdentifier(version, uri), [lsp.TextDocumentContentChangeWholeDocument(text)]
            )
        )

    def close(self, uri: str) -> None:
        self.client.text_document_did_close(lsp.DidCloseTextDocumentParams(lsp.TextDocumentIdentifier(uri)))

    async def diagnostics(self, uri: str) -> Sequence[lsp.Diagnostic]:
        """Those that the server publishes next for a document."""
        self.published.pop(uri, None)
        async with asyncio.timeout(PATIENCE):
            while uri not in self.published:
                self.news.clear()
                await self.news.wait()
        return self.published[uri]

    async def hover(self, uri: str, line: int, character: int) -> str:
        at = lsp.HoverParams(lsp.TextDocumentIdentifier(uri), lsp.Position(line, character))
        found = await self.client.text_document_hover_async(at)
        return found.contents.value if found and isinstance(found.contents, lsp.MarkupContent) else ""

    async def complete(self, uri: str, line: int, character: int) -> dict[str, lsp.CompletionItem]:
        at = lsp.CompletionParams(lsp.TextDocumentIdentifier(uri), lsp.Position(line, character))
        found = await self.client.text_document_completion_async(at)
        items = found.items if isinstance(found, lsp.CompletionList) else found or []
        return {item.label: item for item in items}

    async def definition(self, uri: str, line: int, character: int) -> tuple[str, int, int] | None:
        """The file's name with line and column (from 0) of the place that a word leads to."""
        at = lsp.DefinitionParams(lsp.TextDocumentIdentifier(uri), lsp.Position(line, character))
        found = await self.client.text_document_definition_async(at)
        if isinstance(found, list):
            found = found[0] if found else None
        if not isinstance(found, lsp.Location):
            return None
        return found.uri.rpartition("/")[2], found.range.start.line, found.range.start.character

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

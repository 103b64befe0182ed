"""metricspec lsp."""

from __future__ import annotations

import click


@click.command("lsp")
def lsp_command() -> None:
    """Serve an editor by the language server protocol, over standard input and output. Editors start it themselves."""
    from metricspec.problems import UsageError

    try:
        from metricspec.editor.serving import serve
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] not in ("pygls", "lsprotocol"):
            raise
        raise UsageError("the language server needs: pip install 'metricspec-edu[editor]'") from None
    serve()

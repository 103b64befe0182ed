"""Writes the reference pages, or with --check says which of them are not current."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from metricspec.docsgen import pages


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; exit code 1 where a page is not current.")
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path, file_okay=False), default="docs/reference")
def write(check: bool, folder: Path) -> None:
    """Write the reference pages into DIR (docs/reference)."""
    stale = []
    for name, text in pages().items():
        path = folder / name
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if not check:
            folder.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    if not stale:
        click.echo(f"{folder}: all pages are current")
    elif check:
        click.echo(f"{folder}: not current: {', '.join(stale)} (run python -m metricspec.docsgen)", err=True)
        sys.exit(1)
    else:
        click.echo(f"{folder}: written: {', '.join(stale)}")


if __name__ == "__main__":
    write(prog_name="python -m metricspec.docsgen")

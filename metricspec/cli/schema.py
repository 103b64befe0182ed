"""metricspec schema."""

from __future__ import annotations

from pathlib import Path

import click

from metricspec.cli.options import project_option


@click.command("schema")
@click.argument("kind", required=False)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=None,
    help="Write every schema into this folder: metricspec.schema.json knows all kinds of documents.",
)
@click.option("--with-ids", is_flag=True, help="Let references propose the ids that the project has now.")
@project_option
def schema_command(kind: str | None, out: Path | None, with_ids: bool, folder: Path | None) -> None:
    """Write the JSON Schemas of specs, or print that of one KIND (indicator, policy, ...; default: of all kinds)."""
    import json

    from metricspec.cli.opening import load
    from metricspec.editor.published import COMBINED, published
    from metricspec.problems import UsageError
    from metricspec.reading.suggest import hint
    from metricspec.reporting.writing import write_text

    if kind and out:
        raise UsageError("name a kind to print its schema, or give --out to write all of them: not both")
    opened = load(folder)
    schemas = published(opened.registry.measure_types, opened.catalog if with_ids else None)
    if kind is not None and kind not in schemas:
        raise UsageError(f"there is no kind of document '{kind}': {hint(kind, schemas, 'there are')}")
    texts = {name: json.dumps(schema, ensure_ascii=False, indent=1) + "\n" for name, schema in schemas.items()}
    if out is None:
        click.echo(texts[kind or COMBINED], nl=False)
        return
    for name, text in texts.items():
        write_text(out / f"{name}.schema.json", text)
    click.echo(f"{out}: {len(texts)} schemas written", err=True)

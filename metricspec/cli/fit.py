"""metricspec fit."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("fit")
@click.argument("files", nargs=-1, required=True, metavar="MOMENTS...", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), default=None, help="The .json file to write the fit into."
)
def fit_command(files: tuple[Path, ...], out: Path | None) -> None:
    """Fit one growth model on the moments that several districts exported, and show its coefficients.

    They are those of a fit on all their students' rows together.
    """
    from metricspec.measures.growth.fit import to_json
    from metricspec.reporting.fits import print_fit
    from metricspec.reporting.writing import check_output, write_text
    from metricspec.running.pooling import fit_files

    if out is not None:
        check_output(out, (".json",))
    fit = fit_files(files)
    print_fit(fit)
    if out is not None:
        write_text(out, to_json(fit))
        click.echo(f"the fit of {len(files)} file{'s' if len(files) > 1 else ''} written to {out}", err=True)

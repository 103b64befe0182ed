"""The command line. `--help` lists commands without importing them."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence

import click

COMMANDS = {
    "demo": ("demo", "Make a network of eight fictional districts and compute its indicators."),
    "check": ("check", "Check specs: every problem with its file, line and column."),
    "list": ("catalogue", "List the indicators of the catalogue."),
    "show": ("catalogue", "Say in plain English what an indicator means."),
    "explain": ("explain", "Show how an indicator came about: each step, its rows and its SQL."),
    "compile": ("compile", "Compile indicators to SQL for a warehouse."),
    "export": ("export", "Write indicators as a dbt project, as views, or as a semantic model."),
    "docs": ("docs", "Build the reference of indicators as a site, or check that one is current."),
    "run": ("run", "Compute indicators and write the results."),
    "verify": ("verify", "Compute again what a file of results holds, and compare."),
    "framework": ("framework", "Compute an authority's framework: indexes and designations, with their reasons."),
    "load": ("load", "Copy the project's files into tables of a warehouse."),
    "moments": ("moments", "Export the sums with which several districts fit one growth model."),
    "fit": ("fit", "Fit one growth model on the sums of several districts."),
    "apply": ("apply", "Compute a growth indicator with a model fitted elsewhere."),
    "calibrate": ("calibrate", "Fit the item parameters of a survey scale to its answers."),
    "growth-compare": (
        "growth_compare",
        "Show what controlling for peers changes: growth models side by side, as a page.",
    ),
    "test": ("test", "Run the tests that lie beside the specs."),
    "new": ("new", "Start a new indicator and its test."),
    "plugin": ("plugin", "Start a package that adds a measure type of your own."),
    "schema": ("schema", "Write the JSON Schemas with which editors complete and check specs."),
    "lsp": ("lsp", "Serve an editor: problems, explanations and completion while you write."),
    "plugins": ("plugins", "Show which package offers what, and lock the plugins of a project."),
    "diff": ("diff", "Say what changes between two states of the specs, and which versions that needs."),
    "changelog": ("changelog", "Write the history of the indicators for people, out of git."),
}


class LazyGroup(click.Group):
    """Imports a command's module when the command is called, not before."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"metricspec.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, f"{cmd_name.replace('-', '_')}_command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])
        from metricspec.cli.plugin_commands import listed

        others = listed(tuple(COMMANDS))
        if others:
            with formatter.section("Commands of plugins (for projects that name them)"):
                formatter.write_dl(others)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0] if args else ""
        if name and not name.startswith("-") and name not in COMMANDS:
            from metricspec.cli.plugin_commands import listed, plugin_command
            from metricspec.reading.suggest import hint

            found = plugin_command(name, args[1:], ctx)
            if found is not None:
                return name, found, args[1:]
            known = [*COMMANDS, *(other for other, _ in listed(tuple(COMMANDS)))]
            ctx.fail(f"no such command '{name}': {hint(name, known, 'there are', limit=len(known))}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; what the code of a plugin raises names its package."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            from metricspec.cli.plugin_commands import META

            package = ctx.meta.get(META)
            if package is None:
                raise
            from metricspec.plugins.working import blaming

            passing = (click.ClickException, click.exceptions.Exit, click.exceptions.Abort, OSError)
            with blaming(package, "a command", passing=passing):
                raise error


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="metricspec-edu", prog_name="metricspec")
def cli() -> None:
    """Indicators of school districts, defined once in YAML and compiled to SQL for any warehouse."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 fine, 1 findings, 2 usage. No traceback reaches a person."""
    from metricspec.problems import SpecError, UsageError

    try:
        code = cli.main(args=list(arguments) if arguments is not None else None, standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.exceptions.Abort:
        click.echo("stopped", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except UsageError as error:
        click.echo(f"metricspec: {error}", err=True)
        sys.exit(2)
    except SpecError as error:
        from metricspec.reading.formats import as_text

        click.echo(as_text(error.problems), err=True)
        sys.exit(1)
    except BrokenPipeError:
        sys.exit(0)
    except KeyboardInterrupt:
        click.echo("stopped", err=True)
        sys.exit(130)
    except OSError as error:
        click.echo(f"metricspec: {error.strerror or error}: {error.filename or ''}".rstrip(": "), err=True)
        sys.exit(2)
    except Exception as error:
        if os.environ.get("METRICSPEC_DEBUG"):
            raise
        from metricspec.plugins.working import blamed

        plugin = blamed(error)
        what = f"MS715 the plugin {plugin} failed" if plugin else "metricspec: this should not happen"
        whom = f"tell the authors of {plugin}" if plugin else "please report it"
        click.echo(f"{what}: {type(error).__name__}: {error}", err=True)
        click.echo(f"{whom}, with the command and what METRICSPEC_DEBUG=1 shows", err=True)
        sys.exit(1)

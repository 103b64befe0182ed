"""The page of commands: the help of each, with its arguments and options."""

from __future__ import annotations

import inspect

import click

from metricspec.cli import COMMANDS, cli
from metricspec.docsgen.markdown import code, listing, page, quoted, table

INTRO = "`metricspec COMMAND --help` says the same in the terminal. Commands read the project in this folder, or the one named by `--project`."
CODES = (
    "0: fine.",
    "1: findings: problems in specs, a test that failed, data that could not be read.",
    "2: the call itself is wrong: an unknown name, a file that is not there.",
    "130: stopped by the reader.",
)


def _argument(param: click.Argument) -> str:
    name = param.metavar or (param.name or "").upper()
    if param.metavar and param.metavar.startswith("["):
        return name
    name += "..." if param.nargs == -1 else ""
    return name if param.required else f"[{name}]"


def _value(param: click.Option) -> str:
    if param.is_flag:
        return ""
    if isinstance(param.type, click.Choice):
        return ", ".join(code(choice) for choice in param.type.choices)
    return code(
        param.metavar or param.type.name.upper().replace("INTEGER RANGE", "NUMBER").replace("INTEGER", "NUMBER")
    )


def _option(param: click.Option) -> tuple[str, str, str]:
    says = param.help or ""
    if param.required:
        says += " Required."
    if param.show_default and param.default is not None and not param.is_flag:
        says += f" Default: {code(param.default)}."
    return ", ".join(code(name) for name in (*param.opts, *param.secondary_opts)), _value(param), says


def _commands(name: str) -> list[str]:
    """The part of a command, and of each command under it."""
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    if not isinstance(command, click.Group):
        return [_command(name, command)]
    under = [_command(f"{name} {sub}", one) for sub, one in command.commands.items()]
    if command.invoke_without_command:
        return [_command(name, command), *under]
    return [f"## {name}\n\n{inspect.cleandoc(command.help or '')}", *under]


def _command(name: str, command: click.Command) -> str:
    arguments = [_argument(param) for param in command.params if isinstance(param, click.Argument)]
    options = [_option(param) for param in command.params if isinstance(param, click.Option) and not param.hidden]
    usage = " ".join(["metricspec", name, "[OPTIONS]", *arguments])
    parts = [f"## {name}", quoted(usage, "text"), inspect.cleandoc(command.help or "")]
    return "\n\n".join([*parts, table(("Option", "Value", "What it does"), options)])


def commands_page() -> str:
    commands = [part for name in COMMANDS for part in _commands(name)]
    return page("Commands", INTRO, [*commands, "## Exit codes", listing(CODES)])

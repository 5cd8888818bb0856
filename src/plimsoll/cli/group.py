"""The group of verbs: it knows their names and summaries, and imports a verb only when it is called.

It is also the boundary at which errors become one sentence and an exit code.
"""

import errno
import os
import sys
from collections.abc import Callable, Sequence
from typing import NamedTuple

import click

import plimsoll
from plimsoll.errors import (
    CallerError,
    DiskFull,
    DocumentError,
    OperatorError,
    PlimsollError,
    ProjectError,
    nearest_name,
)

MUST_CHANGE = 2
MACHINE_FAILED = 4
DEFECT = 70
INTERRUPTED = 130


class Verb(NamedTuple):
    """One row of the table of verbs."""

    name: str
    """What is typed."""
    module: str
    """Module that holds the command, as `command`."""
    summary: str
    """One sentence for the list."""


class LazyGroup(click.Group):
    """A click group over a table of verbs."""

    def __init__(
        self,
        name: str,
        *,
        verbs: Sequence[Verb],
        load: Callable[[Verb], click.Command],
        help: str,  # noqa: A002 - click's own name
    ) -> None:
        super().__init__(name=name, help=help)
        self._verbs = {verb.name: verb for verb in verbs}
        self._load = load
        self.params.append(_version_option())

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the verbs in the order of the table."""
        return list(self._verbs)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load the verb's module and return its command."""
        verb = self._verbs.get(cmd_name)
        return self._load(verb) if verb else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the verb, or name the nearest."""
        if args and args[0] not in self._verbs and not args[0].startswith("-"):
            near = nearest_name(args[0], self._verbs)
            hint = f" Did you mean {near!r}?" if near else ""
            ctx.fail(f"There is no command {args[0]!r}.{hint} Known: {', '.join(self._verbs)}.")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of verbs without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(verb.name, verb.summary) for verb in self._verbs.values()])

    def invoke(self, ctx: click.Context) -> object:
        """Run the verb; turn what it raises into a sentence and an exit code."""
        try:
            return super().invoke(ctx)
        except PlimsollError as error:
            say(error)
            ctx.exit(exit_code_of(error))
        except KeyboardInterrupt as interrupt:
            again = f"the same command again with {interrupt}" if interrupt.args else "the same command again"
            click.echo(f"Interrupted; what was finished is kept. Run {again} to go on.", err=True)
            ctx.exit(INTERRUPTED)
        except BrokenPipeError:
            # Whoever read our output has gone; pointing stdout at nothing keeps the interpreter from complaining.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(0)


class DefaultGroup(click.Group):
    """A click group of which one command is meant where none is named: its arguments may follow the group's name."""

    def __init__(self, name: str, *, default: click.Command, help: str) -> None:  # noqa: A002 - click's own name
        super().__init__(name=name, help=help)
        self._default = default
        self.add_command(default)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments as those of the default command unless they name another, or ask for help."""
        if not args or (args[0] not in self.commands and args[0] not in ctx.help_option_names):
            self._refuse_misspelt(ctx, args)
            args = [self._default.name or "", *args]
        return super().parse_args(ctx, args)

    def _refuse_misspelt(self, ctx: click.Context, args: list[str]) -> None:
        near = nearest_name(args[0], self.commands) if args and not args[0].startswith("-") else None
        if near:
            ctx.fail(f"There is no command {args[0]!r}. Did you mean {near!r}? Known: {', '.join(self.commands)}.")


def explain_refusal(error: OSError) -> OperatorError:
    """Return what the system refused as its operator should read it."""
    where = f" {error.filename!r}" if error.filename else ""
    message = f"The system refused{where}: {error.strerror or type(error).__name__}."
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return DiskFull(message, next_step="Free some room (`df -h` shows how full the disks are) and try again.")
    return OperatorError(message, next_step="Check the path and its permissions; `plimsoll doctor` looks at the rest.")


def exit_code_of(error: PlimsollError) -> int:
    """Return the exit code for an error: 2 when a command or a file must change, 4 when a machine or provider must."""
    return MUST_CHANGE if isinstance(error, CallerError | ProjectError | DocumentError) else MACHINE_FAILED


def say(error: PlimsollError) -> None:
    """Print the error and what to do about it."""
    click.echo(f"plimsoll: {error.message}", err=True)
    if error.next_step:
        click.echo(f"  {error.next_step}", err=True)


def _version_option() -> click.Option:
    def show(ctx: click.Context, _: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's own shape
        if value and not ctx.resilient_parsing:
            click.echo(f"plimsoll {plimsoll.__version__}")
            ctx.exit()

    return click.Option(
        ["--version"], is_flag=True, is_eager=True, expose_value=False, callback=show, help="Show the version and exit."
    )

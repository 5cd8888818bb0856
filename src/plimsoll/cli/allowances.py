"""`plimsoll allowances`: set, list and remove limits and budgets."""

import click
from rich.table import Table

from plimsoll.cli.console import make_console, print_json
from plimsoll.cli.opened import run_in_project
from plimsoll.errors import NotFound, unknown_name
from plimsoll.gateway import BudgetStanding
from plimsoll.project import Project
from plimsoll.records import Allowance, Period

_PERIODS = ("day", "month", "total")
_A_PERIOD = {"day": "a day", "month": "a month", "total": "in all"}


@click.group()
def command() -> None:
    """Say who may use how much: requests, tokens, calls at once and money."""


@command.command(name="set")
@click.argument("applies_to")
@click.option("--requests-per-minute", type=click.IntRange(1), help="Requests that may begin in any 60 seconds.")
@click.option("--tokens-per-minute", type=click.IntRange(1), help="Tokens, in and out, in any 60 seconds.")
@click.option("--concurrent", type=click.IntRange(1), help="Requests at one moment.")
@click.option("--budget-usd", type=click.FloatRange(0), help="Money in one period.")
@click.option("--period", type=click.Choice(_PERIODS), default="month", show_default=True, help="In UTC.")
def set_allowance(applies_to: str, *, budget_usd: float | None, period: Period, **limits: int | None) -> None:
    """Set all numbers of APPLIES_TO: everyone, key:ID, group:NAME, tenant:NAME, feature:NAME or model:ALIAS.

    A number that is not given is no limit. An owner may have one allowance for each period.
    """

    async def check_and_set(project: Project) -> Allowance:
        await _check_owner(project, applies_to)
        return await project.allowances.set(
            applies_to,
            requests_per_minute=limits["requests_per_minute"],
            tokens_per_minute=limits["tokens_per_minute"],
            concurrent=limits["concurrent"],
            budget_usd=budget_usd,
            period=period,
        )

    allowance = run_in_project(check_and_set)
    click.echo(f"{allowance.applies_to} may use: {', '.join(_describe(allowance))}.")


@command.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_allowances(*, as_json: bool) -> None:
    """List the allowances and what is spent of their budgets."""
    allowances, standings = run_in_project(_read_standings)
    by_id = {standing.allowance.allowance_id: standing for standing in standings}
    if as_json:
        print_json([{"allowance": one, "standing": by_id.get(one.allowance_id)} for one in allowances])
        return
    if not allowances:
        click.echo("Nothing is limited. Set a budget: plimsoll allowances set everyone --budget-usd 20 --period day")
        return
    table = Table("applies to", "may use", "spent or reserved", "renews (UTC)", box=None)
    for allowance in allowances:
        standing = by_id.get(allowance.allowance_id)
        table.add_row(allowance.applies_to, ", ".join(_describe(allowance)), _spent(standing), _renews(standing))
    make_console().print(table)


@command.command()
@click.argument("applies_to")
@click.option("--period", type=click.Choice(_PERIODS), help="Only the allowance of this period.")
def remove(applies_to: str, period: Period | None) -> None:
    """Remove the allowances of APPLIES_TO."""
    count = run_in_project(lambda project: project.allowances.remove(applies_to, period=period))
    click.echo(f"Removed {count} allowance{'' if count == 1 else 's'} of {applies_to}.")


async def _read_standings(project: Project) -> tuple[list[Allowance], list[BudgetStanding]]:
    return await project.allowances.list(), await project.spend.budgets()


async def _check_owner(project: Project, applies_to: str) -> None:
    """Raise NotFound for a key, a feature or a model that is not there: nothing would be limited, and nobody told."""
    kind, _, name = applies_to.partition(":")
    if kind == "key" and name.strip():
        known = [key.key_id for key in await project.keys.list()]
        if name not in known:
            raise NotFound(unknown_name("access key", name, known), next_step="`plimsoll keys list` shows them.")
    elif kind == "feature" and name.strip() and name not in project.features:
        raise NotFound(unknown_name("feature", name, project.features))
    elif kind == "model" and name.strip():
        project.gateway.plan.find(name)


def _dollars(amount: float) -> str:
    """Return an amount to the cent, or to its last billionth where it has parts of a cent."""
    cents = f"{amount:,.2f}"
    return f"${cents}" if float(cents.replace(",", "")) == amount else f"${amount:,.9f}".rstrip("0")


def _describe(allowance: Allowance) -> list[str]:
    numbers = (
        (allowance.requests_per_minute, "request", "a minute"),
        (allowance.tokens_per_minute, "token", "a minute"),
        (allowance.concurrent, "request", "at once"),
    )
    set_ones = [(number, what, when) for number, what, when in numbers if number is not None]
    words = [f"{number:,} {what}{'' if number == 1 else 's'} {when}" for number, what, when in set_ones]
    if allowance.budget_usd is not None:
        words.append(f"{_dollars(allowance.budget_usd)} {_A_PERIOD[allowance.period]}")
    return words


def _spent(standing: BudgetStanding | None) -> str:
    return "" if standing is None else f"${standing.settled_usd + standing.held_usd:,.4f}"


def _renews(standing: BudgetStanding | None) -> str:
    if standing is None:
        return ""
    return "never" if standing.renews_at is None else f"{standing.renews_at:%Y-%m-%d %H:%M}"

"""The command line: one file a verb, loaded when it is called.

This is one of the two places where names load lazily: the table below is all that `plimsoll --help` reads.
Exit codes: 0 done; 1 the line falls short; 2 what was typed or written in a file must change; 3 cannot tell;
4 the machine, a provider or a disk did not do its part; 70 a defect of Plimsoll; 130 interrupted.
"""

import importlib
import sys
import traceback

import click

from plimsoll.cli.group import DEFECT, MACHINE_FAILED, LazyGroup, Verb, explain_refusal, say

VERBS = (
    Verb("init", "plimsoll.cli.init", "Write a small working project into a new folder."),
    Verb("ingest", "plimsoll.cli.ingest", "Read documents into the project's knowledge."),
    Verb("knowledge", "plimsoll.cli.knowledge", "Look after what the project knows."),
    Verb("ask", "plimsoll.cli.ask", "Ask a question; get an answer with citations, or an honest abstention."),
    Verb("serve", "plimsoll.cli.serve", "Serve the HTTP API and the console."),
    Verb("traces", "plimsoll.cli.traces", "List what was asked and answered, or open one trace."),
    Verb("eval", "plimsoll.cli.evaluate", "Run a feature's dataset and print a table with intervals."),
    Verb("evals", "plimsoll.cli.evals", "Look after what evaluations rest on."),
    Verb("datasets", "plimsoll.cli.datasets", "Look after what evaluations are run on."),
    Verb("prompts", "plimsoll.cli.prompts", "Look back on prompts: versions, how they did, how two differ."),
    Verb("gate", "plimsoll.cli.gate", "Say whether a feature clears its line: holds, falls short or cannot tell."),
    Verb("adopt", "plimsoll.cli.adopt", "Try models in a feature before one is adopted: one table, one verdict each."),
    Verb("keys", "plimsoll.cli.keys", "Create, list and revoke access keys."),
    Verb("allowances", "plimsoll.cli.allowances", "Set, list and remove limits and budgets."),
    Verb("spend", "plimsoll.cli.spend", "Show what models cost, by day, key, group, feature or model."),
    Verb("models", "plimsoll.cli.models", "Install the embedding model; show which models are used."),
    Verb("doctor", "plimsoll.cli.doctor", "Check the project and the machine; say what to do about what is wrong."),
)


def _load_verb(verb: Verb) -> click.Command:
    command: click.Command = importlib.import_module(verb.module).command
    return command


cli = LazyGroup(
    "plimsoll",
    verbs=VERBS,
    load=_load_verb,
    help="Run AI features in production: draw one line for quality, latency, cost and errors, and hold it.",
)


def main() -> None:
    """Run the command line; a defect of Plimsoll itself ends with its own exit code, never with a gate's verdict."""
    try:
        cli.main(prog_name="plimsoll")
    except OSError as error:
        say(explain_refusal(error))
        sys.exit(MACHINE_FAILED)
    except Exception:  # noqa: BLE001 - the outermost boundary of the command line
        traceback.print_exc()
        click.echo("plimsoll: this is a defect of Plimsoll; please report the lines above.", err=True)
        sys.exit(DEFECT)


__all__ = ["VERBS", "cli", "main"]

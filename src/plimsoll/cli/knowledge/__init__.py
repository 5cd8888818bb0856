"""`plimsoll knowledge`: what the project knows, where it comes from and how good it is. One file a subcommand."""

import click

from plimsoll.cli.knowledge.audit import audit
from plimsoll.cli.knowledge.chunks import chunks
from plimsoll.cli.knowledge.documents import documents
from plimsoll.cli.knowledge.eval import evaluate
from plimsoll.cli.knowledge.fit import fit
from plimsoll.cli.knowledge.migrate import migrate
from plimsoll.cli.knowledge.sources import confirm, sources
from plimsoll.cli.knowledge.sync import sync


@click.group()
def command() -> None:
    """Look after what the project knows: documents and where they come from."""


command.add_command(chunks)
command.add_command(audit)
command.add_command(confirm)
command.add_command(documents)
command.add_command(evaluate)
command.add_command(fit)
command.add_command(migrate)
command.add_command(sources)
command.add_command(sync)

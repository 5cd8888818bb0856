"""`plimsoll traces`: what was asked and how it went. One file a subcommand; without one, the traces are listed."""

from plimsoll.cli.group import DefaultGroup
from plimsoll.cli.traces.compare import compare_traces
from plimsoll.cli.traces.export import export_traces
from plimsoll.cli.traces.list import list_traces
from plimsoll.cli.traces.prune import prune_traces
from plimsoll.cli.traces.replay import replay_trace
from plimsoll.cli.traces.score import score_trace
from plimsoll.cli.traces.views import views_command

command = DefaultGroup(
    "traces",
    default=list_traces,
    help="List what was asked and answered, or open one: without a command, `plimsoll traces list` is meant.",
)
command.add_command(compare_traces)
command.add_command(prune_traces)
command.add_command(replay_trace)
command.add_command(export_traces)
command.add_command(score_trace)
command.add_command(views_command)

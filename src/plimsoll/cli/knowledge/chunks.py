"""`plimsoll knowledge chunks [CORPUS]`."""

from collections.abc import Sequence

import click
from rich.table import Table

from plimsoll.cli.console import make_console, plain, print_json
from plimsoll.cli.opened import run_in_project
from plimsoll.project import CorpusCut, WayTried

_BAR = 40


@click.command()
@click.argument("corpus", default="")
@click.option("--compare", "dataset", default="", metavar="DATASET", help="Try every strategy on a dataset's cases.")
@click.option("--k", default=5, show_default=True, help="Passages that a comparison looks at.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def chunks(corpus: str, *, dataset: str, k: int, as_json: bool) -> None:
    """Show how the documents of CORPUS were cut, or compare strategies; default: the default feature's corpus.

    A comparison reads the paths of CORPUS anew under each strategy, in a temporary index, and says of each difference
    to the strategy in force whether it is better, worse, or cannot be told from chance.
    """
    if dataset:
        tried = run_in_project(lambda project: project.knowledge.compare_chunkings(dataset, corpus=corpus, k=k))
        if not _print(tried, as_json=as_json):
            make_console().print(_ways(tried))
        return
    found = run_in_project(lambda project: project.knowledge.chunks(corpus))
    if not _print(found, as_json=as_json):
        _show(found)


def _print(found: CorpusCut | Sequence[WayTried], *, as_json: bool) -> bool:
    if as_json:
        print_json(found)
    return as_json


def _show(found: CorpusCut) -> None:
    click.echo(f"{found.chunks} chunks of {found.documents} documents in {found.corpus} ({found.chunking})")
    most = max(found.histogram.values(), default=1)
    for tokens, count in found.histogram.items():
        click.echo(f"  {tokens:>5} tokens and more  {'#' * -(-count * _BAR // most):<{_BAR}} {count}")
    for size in found.longest[:1]:
        click.echo(f"The longest has {size.tokens} tokens: {plain(size.source)}, chunk {size.place}.")
    click.echo(f"{found.cut} begin or end within a sentence{': ' if found.cut else ''}{_names(found.cut_documents)}.")
    if found.uncounted:
        click.echo(f"{found.uncounted} were made before tokens were counted; `plimsoll ingest` counts them.")
    for source, what in found.truncated.items():
        click.echo(f"  truncated: {plain(source)}: {plain(what)}")


def _names(sources: Sequence[str]) -> str:
    return ", ".join(plain(source) for source in sources)


def _ways(tried: Sequence[WayTried]) -> Table:
    names = list(tried[0].figures)
    table = Table("strategy", "chunks", "cut", "embedding s", *names, box=None)
    for way in tried:
        cells = [_cell(way, name) for name in names]
        table.add_row(way.chunking, str(way.chunks), str(way.cut), f"{way.embedding_seconds:.1f}", *cells)
    return table


def _cell(way: WayTried, name: str) -> str:
    value = f"{way.figures[name]:.3f}" if name in way.figures else "none"
    interval = way.differences.get(name)
    if interval is None:
        return value
    return f"{value}\n{interval.estimate:+.3f} ({interval.low:+.3f} to {interval.high:+.3f})\n{way.verdict(name)}"

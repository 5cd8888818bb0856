# pyright: reportMissingImports=false, reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false, reportUnknownLambdaType=false
"""Rows as Parquet, through pyarrow: the only file that knows it. One row group a call, compressed with Zstandard."""

from collections.abc import Sequence
from pathlib import Path

from plimsoll.errors import MissingPart
from plimsoll.traces.export.columns import ExportColumn, ExportRow


class Parquet:
    """Writes row groups; raises MissingPart without the extra `parquet`."""

    def __init__(self, path: Path, columns: tuple[ExportColumn, ...]) -> None:
        try:
            from pyarrow import Table, bool_, float64, int64, list_, schema, string, timestamp
            from pyarrow.parquet import ParquetWriter
        except ImportError as error:
            raise MissingPart(
                "Exporting to Parquet needs the extra `parquet`.",
                next_step="Install it: pip install 'plimsoll[parquet]'; or export to a .jsonl or .csv file.",
            ) from error
        types = {
            "text": string(),
            "texts": list_(string()),
            "whole": int64(),
            "number": float64(),
            "flag": bool_(),
            "moment": timestamp("ns", tz="UTC"),
        }
        self._schema = schema([(column.name, types[column.type]) for column in columns])
        self._make = Table.from_pylist
        self._writer = ParquetWriter(path, self._schema, compression="zstd", version="2.6")

    def write(self, rows: Sequence[ExportRow]) -> None:
        """Write the rows as one row group."""
        self._writer.write_table(self._make(list(rows), schema=self._schema))

    def close(self) -> None:
        """Finish the file."""
        self._writer.close()

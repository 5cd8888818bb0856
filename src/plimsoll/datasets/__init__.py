"""Datasets: cases with what is expected of them, in files and stored, imported, checked, split and compared.

Evaluations and the project call it. It runs nothing and judges no answer.
"""

from plimsoll.datasets.case_line import hash_case, write_case
from plimsoll.datasets.check import DatasetCheck, PromptLeak, check_dataset
from plimsoll.datasets.csv_rows import BadRow, Columns, read_rows
from plimsoll.datasets.dataset import Dataset, load_dataset, version_of
from plimsoll.datasets.difference import ChangedCase, DatasetDifference, diff_datasets
from plimsoll.datasets.evidence import (
    Evidence,
    Spot,
    evidence_of,
    first_places,
)
from plimsoll.datasets.from_traces import (
    Gathered,
    Judged,
    Wanted,
    gather_cases,
)
from plimsoll.datasets.near_duplicates import Twins
from plimsoll.datasets.split import side_of, split_cases
from plimsoll.datasets.stored import (
    KeptCase,
    StoredDatasets,
    StoredVersion,
    check_version,
)
from plimsoll.datasets.table import Follows
from plimsoll.datasets.wording import (
    expected_texts,
    is_within,
    normalise,
    read_answer,
)

__all__ = [
    "BadRow",
    "ChangedCase",
    "Columns",
    "Dataset",
    "DatasetCheck",
    "DatasetDifference",
    "Evidence",
    "Follows",
    "Gathered",
    "Judged",
    "KeptCase",
    "PromptLeak",
    "Spot",
    "StoredDatasets",
    "StoredVersion",
    "Twins",
    "Wanted",
    "check_dataset",
    "check_version",
    "diff_datasets",
    "evidence_of",
    "expected_texts",
    "first_places",
    "gather_cases",
    "hash_case",
    "is_within",
    "load_dataset",
    "normalise",
    "read_answer",
    "read_rows",
    "side_of",
    "split_cases",
    "version_of",
    "write_case",
]

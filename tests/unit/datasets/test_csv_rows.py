"""Rows of a CSV file become cases, and each bad one is named by its line."""

from pathlib import Path

import pytest

from plimsoll.datasets import (
    BadRow,
    Columns,
    KeptCase,
    read_rows,
)
from plimsoll.errors import InvalidDataset, InvalidRequest

COLUMNS = Columns(
    input={"text": "question"}, expected={"contains": "answer", "abstain": "unknown"}, tags=("topic",), person="who"
)
HEAD = "question,answer,unknown,topic,who\n"


def read(tmp_path: Path, content: str | bytes, *, encoding: str = "utf-8-sig") -> list[KeptCase | BadRow]:
    path = tmp_path / "rows.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(read_rows(path, COLUMNS, encoding=encoding))


def test_a_row_becomes_a_case_with_what_its_columns_say(tmp_path: Path):
    (row,) = read(tmp_path, HEAD + '"How long,\nexactly?",30 days,TRUE,returns,ann\n')
    assert isinstance(row, KeptCase)
    assert row.case.input == {"text": "How long,\nexactly?"}
    assert row.case.expected == {"contains": "30 days", "abstain": True}
    assert (row.case.tags, row.subject) == (("returns",), "ann")


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_the_delimiter_is_found_in_the_first_line(tmp_path: Path, delimiter: str):
    rows = read(tmp_path, (HEAD + "How?,Yes,,,\n").replace(",", delimiter))
    assert [isinstance(row, KeptCase) for row in rows] == [True]


def test_each_bad_row_is_told_with_the_line_on_which_it_begins_and_the_others_are_read(tmp_path: Path):
    rows = read(tmp_path, HEAD + '"a\nb",x,,,\n ,x,,,\nc,x,perhaps,,\nd,x\ne,x,,,\n')
    bad = [row for row in rows if isinstance(row, BadRow)]
    assert [row.line for row in bad] == [4, 5, 6]
    assert "no input" in bad[0].problem
    assert "'expected.abstain' is 'perhaps'; allowed is true or false" in bad[1].problem
    assert "the row has 2 cells, the first line 5" in bad[2].problem
    assert [row.case.input["text"] for row in rows if isinstance(row, KeptCase)] == ["a\nb", "e"]


def test_a_quotation_that_never_ends_is_a_bad_row_that_begins_where_it_does(tmp_path: Path):
    good, bad = read(tmp_path, HEAD + 'a,x,,,\n"b,x,,,\nc,x,,,\n')
    assert isinstance(good, KeptCase)
    assert isinstance(bad, BadRow)
    assert bad.line == 3


def test_bytes_of_another_encoding_are_told_by_their_line_and_read_by_its_name(tmp_path: Path):
    content = (HEAD + "a,x,,,\nWie lange für Möbel?,x,,,\n").encode("cp1252")
    bad = read(tmp_path, content)[1]
    assert isinstance(bad, BadRow)
    assert (bad.line, "--encoding" in bad.problem or "encoding" in bad.problem) == (3, True)
    good = read(tmp_path, content, encoding="cp1252")[1]
    assert isinstance(good, KeptCase)
    assert good.case.input["text"] == "Wie lange für Möbel?"


@pytest.mark.parametrize(
    "refused",
    [
        (HEAD.encode("utf-16"), "utf-8-sig", "not text in this encoding"),
        (b"question,answer\n", "utf-8-sig", "There is no column 'unknown'"),
        ((HEAD.rstrip() + ",question\n").encode(), "utf-8-sig", "Two columns are named 'question'"),
        (b"", "utf-8-sig", "no first line"),
        (HEAD.encode(), "utf-99", "There is no encoding 'utf-99'"),
    ],
)
def test_a_file_that_cannot_be_read_as_asked_is_refused_in_one_sentence(
    tmp_path: Path, refused: tuple[bytes, str, str]
):
    content, encoding, said = refused
    with pytest.raises((InvalidDataset, InvalidRequest), match=said):
        read(tmp_path, content, encoding=encoding)

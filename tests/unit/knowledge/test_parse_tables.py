"""CSV, TSV and JSON lines: rows that read well alone."""

import json

import pytest

from plimsoll.errors import UnreadableDocument
from plimsoll.knowledge import ParseLimits

from unit.knowledge.parsed import parsed


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        ("a.csv", "Name,Age\nAda,36\nBo,\n", "- Name: Ada; Age: 36\n- Name: Bo"),
        ("a.csv", 'Name;Note\nAda;"two\nlines; and more"\n', "- Name: Ada; Note: two lines; and more"),
        ("a.tsv", "Name\tAge\nAda, L.\t36\n", "- Name: Ada, L.; Age: 36"),
        ("a.csv", "1,2\n3,4\n", "| 1 | 2 |\n| 3 | 4 |"),
        ("a.csv", "Report of March,\n,\nName,Age\nAda,36\n", "Report of March\n- Name: Ada; Age: 36"),
        ("a.csv", "Name,Age\nAda,36,extra\n", "| Name | Age |\n| Ada | 36 | extra |"),
        ("a.csv", "word\nother\n", "- word: other"),
    ],
)
def test_delimited_rows_name_their_columns_where_there_is_a_header(name: str, content: str, text: str) -> None:
    assert parsed(name, content.encode()).text == text


def test_records_read_as_names_and_values_and_lines_that_are_no_json_are_reported() -> None:
    long = "A long text. " * 30
    records = [{"id": 7, "by": {"name": "Ada", "tags": ["a", "b"]}, "gone": None}, {"id": 8, "text": long}]
    content = "\n".join([*(json.dumps(record) for record in records), "{broken"])
    document = parsed("a.jsonl", content.encode())
    assert document.text == f"- id: 7; by.name: Ada; by.tags: a, b\n- id: 8\n\ntext: {long.strip()}"
    assert document.notes == ("'a.jsonl' has lines that are no JSON and were passed over: 3.",)


def test_a_file_without_any_json_is_refused() -> None:
    with pytest.raises(UnreadableDocument, match="holds no line that is JSON"):
        parsed("a.jsonl", b"plain words\nand more")


def test_a_long_column_name_does_not_multiply_the_text() -> None:
    content = ("n" * 100_000 + ",b\n" + "x,1\n" * 1000).encode()
    assert len(parsed("a.csv", content).text) < 120_000


def test_rows_beyond_the_limit_are_left_out_and_that_is_said() -> None:
    limits = ParseLimits(max_rows=3)
    for name, content in (("a.csv", b"a,b\n1,2\n3,4\n5,6\n"), ("a.jsonl", b'{"a":1}\n' * 5)):
        document = parsed(name, content, limits)
        assert document.truncated == "Only the first 3 rows were taken."

"""Datasets: what is read, what is refused, and how the refusal says where."""

from pathlib import Path

import pytest

from plimsoll.datasets import load_dataset
from plimsoll.errors import InvalidDataset

GOOD = '{"id": "a", "input": {"text": "Who?"}, "expected": {"contains": "Ada"}, "tags": ["people"], "cluster": "d1"}'


def written(folder: Path, *lines: str, encoding: str = "utf-8", newline: str = "\n") -> Path:
    path = folder / "docs.jsonl"
    path.write_bytes(newline.join(lines).encode(encoding))
    return path


def test_a_case_is_read_with_all_its_fields(tmp_path: Path):
    dataset = load_dataset(written(tmp_path, GOOD))
    (case,) = dataset.cases
    assert (dataset.name, case.id, case.input) == ("docs", "a", {"text": "Who?"})
    assert (case.expected, case.tags, case.cluster) == ({"contains": "Ada"}, ("people",), "d1")


def test_a_byte_order_mark_crlf_and_blank_lines_change_nothing(tmp_path: Path):
    plain = load_dataset(written(tmp_path, GOOD))
    assert load_dataset(written(tmp_path, "", GOOD, "  ", "", encoding="utf-8-sig", newline="\r\n")) == plain


def test_a_case_without_an_id_is_named_after_its_input(tmp_path: Path):
    first, mended = '{"input": {"b": 1, "a": 2}}', '{"expected": {"abstain": true}, "input": {"a": 2, "b": 1}}'
    (one,) = load_dataset(written(tmp_path, first)).cases
    (other,) = load_dataset(written(tmp_path, mended)).cases
    assert one.id == other.id
    assert one.id.startswith("case-")


def test_the_version_follows_the_content_and_not_its_writing(tmp_path: Path):
    second = '{"id":"b","input":{"y":1,"x":2}}'
    version = load_dataset(written(tmp_path, GOOD, second)).version
    assert load_dataset(written(tmp_path, '{"input": {"x": 2, "y": 1}, "id": "b"}', GOOD)).version == version
    assert load_dataset(written(tmp_path, GOOD, '{"id":"b","input":{"y":1,"x":3}}')).version != version


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", r"docs\.jsonl:2: this is not JSON: .* at column 2"),
        ("[1]", r"docs\.jsonl:2: a case is a JSON object, not a list\."),
        ('{"id": "b"}', r"docs\.jsonl:2: the field 'input' is missing"),
        ('{"input": "Who?"}', r"docs\.jsonl:2: 'input' is a text, not an object"),
        (
            '{"input": {}, "expcted": {}}',
            r":2: 'expcted' is not a field of a case\. Did you mean 'expected'\?.*'cluster'",
        ),
        ('{"input": {}, "id": ""}', r":2: 'id' is '', not a printable text of 1 to 200"),
        ('{"input": {}, "id": 7}', r":2: 'id' is 7, not"),
        ('{"input": {}, "tags": "people"}', r":2: 'tags' is 'people', not a list"),
        ('{"input": {}, "expected": []}', r":2: 'expected' is a list, not an object"),
        (
            '{"input": {}, "expected": {"contains": []}}',
            r":2: 'expected\.contains' is \[\]; allowed is a text or a list",
        ),
        (
            '{"input": {}, "expected": {"abstain": "yes"}}',
            r":2: 'expected\.abstain' is 'yes'; allowed is true or false",
        ),
        ('{"input": {"x": NaN}}', r":2: this is not JSON that can be read: NaN"),
        ("[" * 100_000, r":2: this is not JSON"),
        ('{"id": "a", "input": {}}', r":2: the id 'a' stands on line 1 already"),
        (f'{{"input": {{"text": "{"x" * 1_000_000}"}}}}', r":2: the line has 1,000,\d+ characters; at most 1,000,000"),
    ],
    ids=lambda value: value[:40],
)
def test_a_line_that_is_wrong_is_named_with_what_is_allowed(tmp_path: Path, line: str, message: str):
    with pytest.raises(InvalidDataset, match=message):
        load_dataset(written(tmp_path, GOOD, line))


def test_an_empty_dataset_says_what_to_write(tmp_path: Path):
    with pytest.raises(InvalidDataset, match=r"holds no case\. Write one JSON object a line, e\.g\. \{"):
        load_dataset(written(tmp_path, "", " "))


def test_a_missing_dataset_names_the_nearest(tmp_path: Path):
    written(tmp_path, GOOD)
    with pytest.raises(InvalidDataset, match=r"no dataset 'doc'; did you mean 'docs'\?"):
        load_dataset(tmp_path / "doc.jsonl")


def test_what_is_not_utf_8_or_not_a_file_is_refused(tmp_path: Path):
    with pytest.raises(InvalidDataset, match="is not UTF-8 text"):
        load_dataset(written(tmp_path, '{"input": {"text": "Zoë"}}', encoding="latin-1"))
    (tmp_path / "folder.jsonl").mkdir()
    with pytest.raises(InvalidDataset, match="could not be read"):
        load_dataset(tmp_path / "folder.jsonl")

import msgspec
import numpy as np
import pytest

from plimsoll.errors import UnusableAnswer
from plimsoll.gateway import ModelTarget
from plimsoll.gateway.providers.vectors import read_embeddings

TARGET = ModelTarget(alias="fast", provider="remote", model="small-1")


def test_vectors_are_put_in_the_order_of_the_texts():
    rows = [{"index": 1, "embedding": [3, 4]}, {"index": 0, "embedding": [1, 2]}]
    body = msgspec.json.encode({"data": rows})
    found = read_embeddings(body, provider="remote", target=TARGET, texts=["a", "b"])
    np.testing.assert_array_equal(found.vectors, [[1, 2], [3, 4]])


@pytest.mark.parametrize("rows", [[[1, 2]], [[1, 2], [3]]], ids=["too few", "unequal"])
def test_vectors_that_do_not_fit_the_texts_are_unusable(rows: list[list[int]]):
    body = msgspec.json.encode({"data": [{"index": n, "embedding": row} for n, row in enumerate(rows)]})
    with pytest.raises(UnusableAnswer, match="2 texts"):
        read_embeddings(body, provider="remote", target=TARGET, texts=["a", "b"])

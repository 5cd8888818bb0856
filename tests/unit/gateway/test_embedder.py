from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from plimsoll.gateway import Embedder, load_embedder, prepare_model, wheel_folder

from unit.gateway.bert_by_hand import EncoderByHand, write_tiny_model

TEXTS = ["The ship sails.", "a ship below the line at sea", "sea", ""]
LONG = "the ship sails at sea below the line . " * 40


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("source"))


@pytest.fixture(scope="module")
def embedder(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Embedder:
    return load_embedder(prepare_model(source, cache=tmp_path_factory.mktemp("cache")), threads=1)


def read_ids(source: Path, text: str) -> list[int]:
    tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    ids = tokenizer.encode(text).ids
    return ids if len(ids) <= 256 else [*ids[:255], ids[-1]]


def test_vectors_equal_those_of_a_second_implementation(source: Path, embedder: Embedder):
    by_hand = EncoderByHand(source)
    expected = np.stack([by_hand.embed(read_ids(source, text)) for text in [*TEXTS, LONG]])
    np.testing.assert_allclose(embedder.embed([*TEXTS, LONG]), expected, atol=2e-6)


@pytest.mark.model
@pytest.mark.skipif(wheel_folder() is None, reason="the wheel of the embedded model is not installed")
def test_the_real_model_equals_a_second_implementation():
    folder = wheel_folder()
    assert folder is not None
    text = "A ship may not leave port loaded below its line."
    expected = EncoderByHand(folder).embed(read_ids(folder, text))
    np.testing.assert_allclose(load_embedder().embed([text])[0], expected, atol=1e-5)


def test_a_vector_does_not_depend_on_its_company(embedder: Embedder):
    together = embedder.embed([*TEXTS, LONG, *TEXTS * 30])
    alone = np.concatenate([embedder.embed([text]) for text in [*TEXTS, LONG]])
    np.testing.assert_allclose(together[: len(alone)], alone, atol=1e-5)


def test_a_long_text_is_cut_at_256_tokens_and_says_so(embedder: Embedder):
    read = embedder.embed_counted(["sea", LONG])
    assert read.truncated == (False, True)
    assert read.token_counts == (3, 256)
    assert embedder.count_tokens(LONG) == 362


def test_no_texts_give_no_vectors(embedder: Embedder):
    assert embedder.embed([]).shape == (0, 24)


def test_spans_are_means_of_the_hidden_states_inside_them(source: Path, embedder: Embedder):
    text = "The ship sails. A sea."
    found = embedder.embed_spans([text, "sea"], [[(0, 15), (16, 22)], []])
    states = EncoderByHand(source).hidden_states(read_ids(source, text))
    means = np.stack([states[1:5].mean(axis=0), states[5:8].mean(axis=0)])
    expected = means / np.linalg.norm(means, axis=1, keepdims=True)
    np.testing.assert_allclose(found.spans[0], expected, atol=2e-6)
    assert found.spans[1].shape == (0, 24)
    np.testing.assert_allclose(found.texts.vectors, embedder.embed([text, "sea"]), atol=2e-6)


def test_a_span_that_was_cut_off_is_all_zero(embedder: Embedder):
    (vectors,) = embedder.embed_spans([LONG], [[(len(LONG) - 10, len(LONG)), (0, 8)]]).spans
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), [0.0, 1.0], atol=1e-6)


def test_token_offsets_point_into_the_text(embedder: Embedder):
    text = "The ships sail."
    assert [text[start:end] for start, end in embedder.token_offsets(text)][:3] == ["The", "ship", "s"]

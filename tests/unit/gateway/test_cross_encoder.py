"""A cross-encoder in a folder scores pairs of texts, of any number and length, and says what a folder lacks."""

import math
from pathlib import Path

import pytest

from plimsoll.errors import ModelMissing
from plimsoll.gateway import load_cross_encoder

from unit.gateway.cross_encoder_by_hand import write_broken_cross_encoder, write_cross_encoder

WORDS = ("when", "is", "a", "note", "due", "soup", "free")
QUESTION = "When is a note due"
TEXTS = ["Soup is free", "a note is due", "", "trains"]


@pytest.mark.parametrize(("classes", "scores"), [(1, (1.0, 4.0, 0.0, 0.0)), (2, (2.0, 8.0, 0.0, 0.0))])
def test_each_text_is_scored_with_the_question_whatever_its_length(
    tmp_path: Path, classes: int, scores: tuple[float, ...]
):
    model = load_cross_encoder(write_cross_encoder(tmp_path, known=WORDS, classes=classes))
    assert model.score(QUESTION, TEXTS) == scores


def test_more_texts_than_fit_into_one_batch_keep_their_order(tmp_path: Path):
    model = load_cross_encoder(write_cross_encoder(tmp_path, known=WORDS))
    texts = [" ".join(["note"] * count) for count in range(1, 40)]
    assert model.score(QUESTION, texts) == tuple(float(count) for count in range(1, 40))


def test_a_text_beyond_the_models_length_is_cut_at_its_end(tmp_path: Path):
    model = load_cross_encoder(write_cross_encoder(tmp_path, known=WORDS))
    (long, longer) = model.score(QUESTION, ["note " * 400, "note " * 4_000])
    assert (long, longer) == (400.0, 512.0 - 8)


def test_a_question_beyond_the_models_length_is_no_error(tmp_path: Path):
    model = load_cross_encoder(write_cross_encoder(tmp_path, known=WORDS))
    assert all(map(math.isfinite, model.score("note " * 2_000, TEXTS)))


def test_a_model_whose_scores_are_no_numbers_is_loaded_all_the_same(tmp_path: Path):
    model = load_cross_encoder(write_broken_cross_encoder(tmp_path, known=WORDS))
    assert all(map(math.isnan, model.score(QUESTION, TEXTS)))


@pytest.mark.parametrize("missing", ["model.onnx", "tokenizer.json"])
def test_a_folder_that_lacks_a_file_says_which(tmp_path: Path, missing: str):
    (write_cross_encoder(tmp_path, known=WORDS) / missing).unlink()
    with pytest.raises(ModelMissing, match=missing):
        load_cross_encoder(tmp_path)


@pytest.mark.parametrize("damaged", ["model.onnx", "tokenizer.json"])
def test_a_damaged_file_is_reported_with_what_to_do(tmp_path: Path, damaged: str):
    (write_cross_encoder(tmp_path, known=WORDS) / damaged).write_bytes(b"nonsense")
    with pytest.raises(ModelMissing) as caught:
        load_cross_encoder(tmp_path)
    assert "cannot be loaded" in caught.value.message
    assert caught.value.next_step

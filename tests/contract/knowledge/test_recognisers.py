"""Every engine for text recognition that this machine has reads the same pictures."""

import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest

from plimsoll.errors import UnreadableDocument
from plimsoll.knowledge.parse.recognition.rapid import RapidRecogniser
from plimsoll.knowledge.parse.recognition.recogniser import TextRecogniser
from plimsoll.knowledge.parse.recognition.tesseract import TesseractRecogniser

from unit.knowledge.scripted_recogniser import picture, pictures


@pytest.fixture(params=["rapidocr", "tesseract"], scope="module")
def engine(request: pytest.FixtureRequest) -> TextRecogniser:
    program = shutil.which("tesseract")
    if request.param == "tesseract":
        return TesseractRecogniser(program) if program else pytest.skip("tesseract is not installed")
    return RapidRecogniser() if find_spec("rapidocr") else pytest.skip("the extra ocr is not installed")


def test_lines_are_read_in_their_order(engine: TextRecogniser) -> None:
    [text] = engine.pages(picture("High tide is at nine", "Low tide is at three"))
    assert " ".join(text.split()) == "High tide is at nine Low tide is at three"


def test_an_empty_picture_has_no_text(engine: TextRecogniser) -> None:
    assert list(engine.pages(picture())) == [""]


def test_each_page_of_a_file_is_read(engine: TextRecogniser) -> None:
    texts = list(engine.pages(pictures([["First page here"], ["Second page here"]])))
    assert [text.strip() for text in texts] == ["First page here", "Second page here"]


def test_a_damaged_picture_is_refused(engine: TextRecogniser) -> None:
    with pytest.raises(UnreadableDocument) as caught:
        list(engine.pages(b"\x89PNG\r\n\x1a\n and nothing"))
    assert caught.value.next_step


def test_a_program_that_is_gone_is_reported(tmp_path: Path) -> None:
    with pytest.raises(UnreadableDocument, match="did not answer"):
        list(TesseractRecogniser(str(tmp_path / "gone")).pages(b""))

"""Images and scanned pages: recognised where there is an engine, refused with its name where there is none."""

import pytest

from plimsoll.errors import TooLarge, UnreadableDocument
from plimsoll.knowledge.parse.images import parse_image
from plimsoll.knowledge.parse.pdf import parse_pdf
from plimsoll.knowledge.parse.recognition.frames import frames_of
from plimsoll.knowledge.parse.recognition.lines import TextBox, text_of
from plimsoll.knowledge.parse.source_file import SourceFile

from unit.knowledge.pdf_files import pdf_file
from unit.knowledge.scripted_recogniser import ScriptedRecogniser, picture, scan


def file(name: str, content: bytes, *, most: int = 200) -> SourceFile:
    return SourceFile(source=name, content=content, max_scanned_pages=most)


def test_an_image_is_the_text_that_is_recognised_in_it() -> None:
    document = parse_image(file("a.png", picture("x")), find=lambda: ScriptedRecogniser("High tide\nat nine."))
    assert (document.text, document.pages) == ("High tide\nat nine.", ())
    assert document.notes == ("The text of 'a.png' was recognised in an image; it may hold errors.",)


def test_an_image_without_text_is_refused() -> None:
    with pytest.raises(UnreadableDocument, match="No text was recognised"):
        parse_image(file("a.png", picture()), find=lambda: ScriptedRecogniser(""))


def test_without_an_engine_images_and_scans_name_the_extra() -> None:
    for parse, name, content in ((parse_image, "a.png", picture("x")), (parse_pdf, "a.pdf", scan(["x"]))):
        with pytest.raises(UnreadableDocument) as caught:
            parse(file(name, content), find=lambda: None)
        assert "pip install 'plimsoll[ocr]'" in caught.value.next_step


def test_scanned_pages_are_recognised_as_pictures_and_keep_their_numbers() -> None:
    engine = ScriptedRecogniser("One.", "Two.")
    document = parse_pdf(file("a.pdf", scan(["x"], ["y"])), find=lambda: engine)
    assert (document.text, [page.number for page in document.pages]) == ("One.\n\nTwo.", [1, 2])
    assert all(content.startswith(b"P6 1800 600 255\n") for content in engine.seen)
    assert "recognised and may hold errors: 1, 2." in document.notes[0]


def test_scanned_pages_beyond_the_limit_are_left_out_and_that_is_said() -> None:
    engine = ScriptedRecogniser("One.")
    document = parse_pdf(file("a.pdf", scan(["x"], ["y"], ["z"]), most=1), find=lambda: engine)
    assert document.truncated == "Only 1 scanned pages were recognised; left out: 2, 3."


def test_each_recognised_page_tells_progress() -> None:
    told: list[int] = []
    scanned = SourceFile(source="a.pdf", content=scan(["x"], ["y"]), tell_progress=lambda: told.append(1))
    parse_pdf(scanned, find=lambda: ScriptedRecogniser("One.", "Two."))
    assert told == [1, 1]


def test_a_blank_page_beside_text_is_not_taken_for_a_scan() -> None:
    document = parse_pdf(file("a.pdf", pdf_file("Text.", "")), find=ScriptedRecogniser)
    assert (document.notes, document.truncated) == ((), "")


def test_boxes_become_lines_from_left_to_right_and_gaps_become_paragraphs() -> None:
    places = [("nine.", 60, 2), ("At", 0, 0), ("Then", 0, 12), ("ebb.", 60, 13), ("End", 0, 60)]
    boxes = [TextBox(left=x, right=x + 50, top=y, bottom=y + 10, text=text) for text, x, y in places]
    assert text_of(boxes) == "At nine.\nThen ebb.\n\nEnd"


def test_a_picture_of_too_many_pixels_or_cut_off_is_refused() -> None:
    with pytest.raises(TooLarge, match="7000 x 7000 pixels"):
        list(frames_of(picture(size=(7000, 7000))))
    with pytest.raises(UnreadableDocument, match="damaged or cut off"):
        list(frames_of(picture("x")[:-200]))

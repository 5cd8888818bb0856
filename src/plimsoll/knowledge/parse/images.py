"""Images: the text that is recognised in them. `foreign_formats` calls it; a picture without text is refused."""

from collections.abc import Iterator

from plimsoll.errors import TooLarge, UnreadableDocument
from plimsoll.knowledge.parse.document import ParsedDocument
from plimsoll.knowledge.parse.recognition.recogniser import (
    INSTALL,
    FindRecogniser,
    TextRecogniser,
    find_recogniser,
)
from plimsoll.knowledge.parse.source_file import SourceFile
from plimsoll.knowledge.parse.writing import DocumentWriter


def parse_image(file: SourceFile, *, find: FindRecogniser = find_recogniser) -> ParsedDocument:
    """Return the text of the image, a page a picture where it holds several. Raises UnreadableDocument and TooLarge."""
    recogniser = find()
    if recogniser is None:
        raise UnreadableDocument(f"{file.source!r} is an image, which takes text recognition.", next_step=INSTALL)
    texts, truncated = list[str](), ""
    for text in _recognised(recogniser, file):
        if len(texts) == file.max_scanned_pages:
            truncated = f"Only the first {len(texts)} pages were recognised."
            break
        texts.append(text)
        file.tell_progress()
    if not any(texts):
        raise UnreadableDocument(
            f"No text was recognised in {file.source!r}.",
            next_step="Remove it, or describe the picture in a text file.",
        )
    writer = DocumentWriter(source=file.source, max_characters=file.max_characters)
    for number, text in enumerate(texts, start=1):
        if len(texts) > 1:
            writer.page(number)
        writer.paragraph(text)
    note = f"The text of {file.source!r} was recognised in an image; it may hold errors."
    return writer.finish(title=file.title_from_name(), notes=(note,), truncated=truncated)


def _recognised(recogniser: TextRecogniser, file: SourceFile) -> Iterator[str]:
    try:
        yield from recogniser.pages(file.content)
    except UnreadableDocument as error:
        raise UnreadableDocument(f"{file.source!r}: {error.message}", next_step=error.next_step) from error
    except TooLarge as error:
        raise TooLarge(f"{file.source!r}: {error.message}", next_step=error.next_step) from error

"""What callers send: a JSON object, a form, or files. Sizes were bounded before (`limits.Intake`).

Multipart is read here by RFC 7578, as browsers and HTTP clients write it: no transfer encodings, no nesting.
"""

from email.parser import HeaderParser
from urllib.parse import parse_qs

import msgspec
from starlette.requests import Request

from plimsoll.errors import InvalidRequest

_DECODER = msgspec.json.Decoder(dict[str, object])
_MOST_FIELDS = 200


class SentFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a form."""

    name: str
    """Its name, as the sender gave it: not to be trusted as a path."""
    content: bytes
    """Its bytes."""


class SentForm(msgspec.Struct, frozen=True, kw_only=True):
    """A form with files."""

    fields: dict[str, str]
    """Text fields, by name; of several of one name the last."""
    files: tuple[SentFile, ...]
    """Files, in the order sent."""


async def read_object(request: Request) -> dict[str, object]:
    """Return the body as a JSON object; raises InvalidRequest."""
    try:
        return _DECODER.decode(await request.body())
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidRequest(
            f"The body is not a JSON object: {error}.", next_step='Send an object, e.g. {"text": "..."}.'
        ) from error


async def read_fields(request: Request) -> dict[str, str]:
    """Return the fields of a form without files; raises InvalidRequest."""
    try:
        text = (await request.body()).decode()
        parsed = parse_qs(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise InvalidRequest("The form cannot be read.", next_step="Send it URL-encoded, as UTF-8.") from error
    return {name: values[-1] for name, values in parsed.items()}


async def read_form(request: Request) -> SentForm:
    """Return the fields and files of a multipart form; raises InvalidRequest."""
    boundary = _boundary_of(request.headers.get("content-type", ""))
    parts = [_read_part(part) for part in _split(await request.body(), boundary=boundary)]
    files = tuple(SentFile(name=part.file_name, content=part.content) for part in parts if part.file_name)
    fields = {part.field: part.content.decode(errors="replace") for part in parts if part.file_name is None}
    return SentForm(fields=fields, files=files)


class _Part(msgspec.Struct, frozen=True, kw_only=True):
    """One part of a multipart form."""

    field: str
    """Name of the form's field."""
    file_name: str | None
    """Name of the file; None for a text field, empty where no file was chosen."""
    content: bytes
    """What the part holds."""


def _boundary_of(content_type: str) -> bytes:
    headers = HeaderParser().parsestr(f"Content-Type: {content_type}\n\n")
    boundary = headers.get_boundary()
    if headers.get_content_type() != "multipart/form-data" or not boundary:
        raise InvalidRequest(
            f"Files come as multipart/form-data, not as {content_type!r}.", next_step="For example: curl -F file=@PATH"
        )
    return boundary.encode("latin-1", "replace")


def _split(body: bytes, *, boundary: bytes) -> list[bytes]:
    """Return the parts between the delimiters; the first piece is a preamble, the last begins with `--`."""
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary, _MOST_FIELDS + 1)
    if len(pieces) > _MOST_FIELDS + 1 or len(pieces) < 2 or not pieces[-1].startswith(b"--"):  # noqa: PLR2004 - see above
        raise InvalidRequest(f"The form is cut off, or has more than {_MOST_FIELDS} parts.")
    return [piece.lstrip(b" \t").removeprefix(b"\r\n") for piece in pieces[1:-1]]


def _read_part(part: bytes) -> _Part:
    head, separator, content = part.partition(b"\r\n\r\n")
    headers = HeaderParser().parsestr(head.decode(errors="replace"))
    field = headers.get_param("name", header="content-disposition")
    if not separator or not isinstance(field, str):
        raise InvalidRequest("A part of the form has no name.", next_step="Name it, e.g. curl -F file=@PATH.")
    name = headers.get_param("filename", header="content-disposition")
    return _Part(field=field, file_name=name if isinstance(name, str) else None, content=content)

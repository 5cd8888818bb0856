"""What `Upstream` saw of a request: its bytes, and what they mean. `Upstream` calls `read_request`."""

from email.message import Message
from email.parser import HeaderParser

import msgspec
from aiohttp import web


class SeenFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that came in a form."""

    field: str
    """Name of its field."""
    name: str
    """Its file name."""
    content_type: str
    """What the client says it is; empty where it does not."""
    content: bytes
    """What is in it."""


class SeenRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request that the server saw."""

    method: str
    """HTTP method."""
    path: str
    """Path of the URL."""
    headers: dict[str, str]
    """Headers, names in lower case."""
    body: dict[str, object]
    """The JSON object that was sent, or the texts of a form; empty where neither was."""
    raw: bytes = b""
    """The body as it came, to the byte."""
    files: tuple[SeenFile, ...] = ()
    """The files of a form."""
    query: str = ""
    """What stood behind the question mark of the URL."""
    number: int = 0
    """Requests that this server had seen, this one included."""

    @property
    def model(self) -> str:
        """Return the model that was asked for; empty where none was."""
        return str(self.body.get("model", ""))

    @property
    def key(self) -> str:
        """Return the access key that was sent, as `x-api-key` or as a bearer; empty where none was."""
        return self.headers.get("x-api-key") or self.headers.get("authorization", "").removeprefix("Bearer ")

    @property
    def streams(self) -> bool:
        """Tell whether the client asked for events."""
        return self.body.get("stream") is True


async def read_request(request: web.Request, number: int) -> SeenRequest:
    """Return what was sent. A body that is neither a JSON object nor a form is kept in `raw` alone."""
    raw = await request.read()
    is_form = request.content_type == "multipart/form-data"
    texts, files = _split_form(request.headers["Content-Type"], raw) if is_form else (_decode(raw), ())
    return SeenRequest(
        method=request.method,
        path=request.path,
        headers={name.lower(): value for name, value in request.headers.items()},
        body=texts,
        raw=raw,
        files=files,
        query=request.query_string,
        number=number,
    )


def _decode(raw: bytes) -> dict[str, object]:
    try:
        return msgspec.json.decode(raw, type=dict[str, object])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}


def _split_form(content_type: str, raw: bytes) -> tuple[dict[str, object], tuple[SeenFile, ...]]:
    """Return the texts and the files of a form (RFC 7578)."""
    whole = Message()
    whole["Content-Type"] = content_type
    boundary = f"--{whole.get_param('boundary')}".encode()
    texts: dict[str, object] = {}
    files: list[SeenFile] = []
    for part in raw.split(boundary)[1:-1]:
        head, _, content = part.removeprefix(b"\r\n").removesuffix(b"\r\n").partition(b"\r\n\r\n")
        headers = HeaderParser().parsestr(head.decode())
        field = str(headers.get_param("name", "", "content-disposition"))
        name = headers.get_filename()
        if name is None:
            texts[field] = content.decode()
        else:
            kind = headers.get("Content-Type", "")
            files.append(SeenFile(field=field, name=name, content_type=kind, content=content))
    return texts, tuple(files)

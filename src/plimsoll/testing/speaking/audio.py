"""Speech as OpenAI speaks of it: what was heard of a file, and sound for a text. No sound is understood or made."""

from plimsoll.testing.said import Voice
from plimsoll.testing.seen import SeenRequest
from plimsoll.testing.speaking.spoken import Body, Spoken

_BYTES_A_CHARACTER = 1_000
_PATTERN = bytes(range(256))
_TYPES = {"mp3": "audio/mpeg", "wav": "audio/wav", "flac": "audio/flac", "opus": "audio/ogg", "aac": "audio/aac"}


def speak_transcription(voice: Voice, seen: SeenRequest) -> Spoken:
    """Answer `POST /v1/audio/transcriptions` with the name and the size of each file that came."""
    text = ", ".join(f"{file.name}: {len(file.content)} bytes" for file in seen.files)
    if seen.body.get("response_format") == "text":
        return Spoken(seen=seen, body=text.encode(), content_type="text/plain")
    read, wrote = voice.usage.input_tokens, voice.usage.output_tokens
    usage: Body = {"type": "tokens", "input_tokens": read, "output_tokens": wrote, "total_tokens": read + wrote}
    return Spoken(seen=seen, body={"text": text, "usage": usage})


def speak_speech(_: Voice, seen: SeenRequest) -> Spoken:
    """Answer `POST /v1/audio/speech` with 1,000 bytes for each character, the numbers 0 to 255 over and over."""
    length = _BYTES_A_CHARACTER * len(str(seen.body.get("input", "")))
    sound = (_PATTERN * (length // len(_PATTERN) + 1))[:length]
    kind = _TYPES.get(str(seen.body.get("response_format", "mp3")), "application/octet-stream")
    return Spoken(seen=seen, body=sound, content_type=kind)

"""What `Upstream` answers on each path, one file a wire. A speaker makes a good answer and sends nothing."""

from collections.abc import Callable

from plimsoll.testing.said import Voice
from plimsoll.testing.seen import SeenRequest
from plimsoll.testing.speaking.audio import speak_speech, speak_transcription
from plimsoll.testing.speaking.chat import speak_chat
from plimsoll.testing.speaking.embeddings import speak_embeddings, speak_models
from plimsoll.testing.speaking.messages import speak_messages
from plimsoll.testing.speaking.ranks import speak_rerank
from plimsoll.testing.speaking.responses import speak_responses
from plimsoll.testing.speaking.spoken import Spoken

Speaker = Callable[[Voice, SeenRequest], Spoken]

SPEAKERS: dict[tuple[str, str], Speaker] = {
    ("POST", "/v1/chat/completions"): speak_chat,
    ("POST", "/v1/responses"): speak_responses,
    ("POST", "/v1/messages"): speak_messages,
    ("POST", "/v1/embeddings"): speak_embeddings,
    ("POST", "/v1/rerank"): speak_rerank,
    ("POST", "/v1/audio/transcriptions"): speak_transcription,
    ("POST", "/v1/audio/speech"): speak_speech,
    ("GET", "/v1/models"): speak_models,
}
"""Who answers, by method and path."""

__all__ = ["SPEAKERS", "Speaker", "Spoken"]

"""Calls to models: the embedded ones on this machine, and any provider's.

`features` asks for chats, `knowledge` for vectors, the command line installs the embedded model. Other rooms import
names from here, never from an inner file.
"""

from plimsoll.gateway.accounts import Accounts
from plimsoll.gateway.cache.memory import MemoryCache
from plimsoll.gateway.cache.shared import RedisCache
from plimsoll.gateway.cache.stored import Cache, CacheCounts
from plimsoll.gateway.call import Accept, Call, Receipt, Reply
from plimsoll.gateway.chat import ChatReply, ChatRequest, Embeddings, Grounding
from plimsoll.gateway.conversation import LONGEST_SESSION, read_session
from plimsoll.gateway.describe import write_messages
from plimsoll.gateway.detect import DetectedProvider, detect_providers
from plimsoll.gateway.form import read_model
from plimsoll.gateway.gateway import Gateway
from plimsoll.gateway.limits import Asked, Limiter, LimiterHealth, LocalLimits, RedisLimits
from plimsoll.gateway.meter import Meter
from plimsoll.gateway.model.cross_encoder import CrossEncoder, load_cross_encoder
from plimsoll.gateway.model.embedder import Embedder, SpanVectors, TextVectors, load_embedder
from plimsoll.gateway.model.install import DownloadProgress, ModelSource, install_model
from plimsoll.gateway.model.location import MINILM, KnownModel, cache_folder, wheel_folder
from plimsoll.gateway.model.prepare import find_model, prepare_model
from plimsoll.gateway.plan import Alias, Plan, Route
from plimsoll.gateway.policy import BreakerPolicy, Policy, Timeouts
from plimsoll.gateway.provider import Outgoing, Provider, Reranked
from plimsoll.gateway.providers.anthropic import Anthropic
from plimsoll.gateway.providers.dialect import Dialect
from plimsoll.gateway.providers.embedded import EMBEDDED_NAME, Embedded
from plimsoll.gateway.providers.http_upstream import Limits
from plimsoll.gateway.providers.openai_compatible import OpenAICompatible
from plimsoll.gateway.providers.scripted import Scripted, ScriptedReply
from plimsoll.gateway.reader import ExtractedAnswer, QuotedSentence, ReaderSettings, extract_answer
from plimsoll.gateway.redis_state import RedisState, examine_redis
from plimsoll.gateway.relay import Relay
from plimsoll.gateway.replies import Replies
from plimsoll.gateway.reply_stream import RelayedReply, ReplyStream
from plimsoll.gateway.spend import BudgetStanding, LedgerHealth, Spend, SpendBy, SpendEntry, SpendLedger, SpendTotal
from plimsoll.gateway.target import ModelTarget
from plimsoll.gateway.wire import (
    ReplyFacts,
    StreamTranslator,
    ToolCall,
    Wire,
    fields_of,
    translate_reply,
    translate_request,
    write_error,
    write_stream_error,
)

__all__ = [
    "EMBEDDED_NAME",
    "LONGEST_SESSION",
    "MINILM",
    "Accept",
    "Accounts",
    "Alias",
    "Anthropic",
    "Asked",
    "BreakerPolicy",
    "BudgetStanding",
    "Cache",
    "CacheCounts",
    "Call",
    "ChatReply",
    "ChatRequest",
    "CrossEncoder",
    "DetectedProvider",
    "Dialect",
    "DownloadProgress",
    "Embedded",
    "Embedder",
    "Embeddings",
    "ExtractedAnswer",
    "Gateway",
    "Grounding",
    "KnownModel",
    "LedgerHealth",
    "Limiter",
    "LimiterHealth",
    "Limits",
    "LocalLimits",
    "MemoryCache",
    "Meter",
    "ModelSource",
    "ModelTarget",
    "OpenAICompatible",
    "Outgoing",
    "Plan",
    "Policy",
    "Provider",
    "QuotedSentence",
    "ReaderSettings",
    "Receipt",
    "RedisCache",
    "RedisLimits",
    "RedisState",
    "Relay",
    "RelayedReply",
    "Replies",
    "Reply",
    "ReplyFacts",
    "ReplyStream",
    "Reranked",
    "Route",
    "Scripted",
    "ScriptedReply",
    "SpanVectors",
    "Spend",
    "SpendBy",
    "SpendEntry",
    "SpendLedger",
    "SpendTotal",
    "StreamTranslator",
    "TextVectors",
    "Timeouts",
    "ToolCall",
    "Wire",
    "cache_folder",
    "detect_providers",
    "examine_redis",
    "extract_answer",
    "fields_of",
    "find_model",
    "install_model",
    "load_cross_encoder",
    "load_embedder",
    "prepare_model",
    "read_model",
    "read_session",
    "translate_reply",
    "translate_request",
    "wheel_folder",
    "write_error",
    "write_messages",
    "write_stream_error",
]

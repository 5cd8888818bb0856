# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false, reportMissingTypeStubs=false
"""LangChain and Google's SDK under instrumentors of three makers: every kind of call, made once. All synchronous."""

import json
from collections.abc import Generator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar

from google import genai
from google.genai.errors import ClientError
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.retrievers import BaseRetriever
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from openai import NotFoundError

from contract.server.driving import KEY, QUESTION, WEATHER, Instrumentor, instrumented

FRAMEWORKS = (
    Instrumentor(
        "openinference-langchain", "openinference.instrumentation.langchain", "LangChainInstrumentor", "chain"
    ),
    Instrumentor("openllmetry-langchain", "opentelemetry.instrumentation.langchain", "LangchainInstrumentor", "chain"),
)
GOOGLES = (
    Instrumentor(
        "openinference-google", "openinference.instrumentation.google_genai", "GoogleGenAIInstrumentor", "google"
    ),
    Instrumentor("otel-google", "opentelemetry.instrumentation.google_genai", "GoogleGenAiSdkInstrumentor", "google"),
)


class _Tides(BaseRetriever):
    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        return [Document(page_content=f"High water at noon, {query}.", metadata={"source": "tides.md"})]


@tool
def weather(city: str) -> str:
    """Tell the weather of a city."""
    return f"sunny in {city}"


def drive_chain(instrumentor: Instrumentor, url: str, *, service: str) -> None:
    """Run a chain that retrieves, a stream, a call of a tool, and a call that fails, against the gateway."""
    with instrumented([instrumentor], url, service=service):
        model = ChatOpenAI(model="fast", base_url=f"{url}/v1", api_key=KEY, max_retries=0, stream_usage=True)  # pyright: ignore[reportArgumentType]
        prompt = ChatPromptTemplate.from_messages([("system", "be brief"), ("user", "{asked} {found}")])
        retrieving: Any = {"asked": lambda asked: asked, "found": _Tides()}  # pyright: ignore[reportUnknownLambdaType]
        (retrieving | prompt | model).invoke(QUESTION)
        list((prompt | model).stream({"asked": QUESTION, "found": "nothing"}))
        called = model.bind_tools([weather]).invoke(QUESTION)
        weather.invoke(called.tool_calls[0])
        with suppress(NotFoundError):
            ChatOpenAI(model="nobody/knows", base_url=f"{url}/v1", api_key=KEY, max_retries=0).invoke(QUESTION)  # pyright: ignore[reportArgumentType]


def drive_google(instrumentor: Instrumentor, url: str, *, service: str) -> None:
    """Ask a stand-in for Google whole, as a stream, with a tool, for a vector, and for what it does not have."""
    settings: Any = {"system_instruction": "be brief", "temperature": 0.5, "max_output_tokens": 50}
    function = {"name": "weather", "parameters_json_schema": WEATHER}
    with google_itself() as base_url, instrumented([instrumentor], url, service=service):
        client = genai.Client(api_key=KEY, http_options={"base_url": base_url})
        client.models.generate_content(model="gemini-x", contents=QUESTION, config=settings)
        list(client.models.generate_content_stream(model="gemini-x", contents=QUESTION, config=settings))
        client.models.generate_content(
            model="gemini-x", contents=QUESTION, config={"tools": [{"function_declarations": [function]}]}
        )
        client.models.embed_content(model="vectors", contents=["one", "two"])
        with suppress(ClientError):
            client.models.generate_content(model="nobody", contents=QUESTION)
        client.close()


class _Google(BaseHTTPRequestHandler):
    usage: ClassVar = {"promptTokenCount": 11, "candidatesTokenCount": 7, "cachedContentTokenCount": 4}

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        pass

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if "nobody" in self.path:
            self._answer(404, {"error": {"code": 404, "message": "no such model", "status": "NOT_FOUND"}})
            return
        part = {"functionCall": {"name": "weather", "args": {"city": "Rome"}}} if "tools" in asked else {"text": "pong"}
        candidate = {"content": {"role": "model", "parts": [part]}, "finishReason": "STOP", "index": 0}
        said = {"candidates": [candidate], "usageMetadata": self.usage, "modelVersion": "gemini-x-001"}
        self._answer(200, {"embedding": {"values": [0.5]}} if "mbed" in self.path else said)

    def _answer(self, status: int, said: dict[str, Any]) -> None:
        body, kind = json.dumps(said).encode(), "application/json"
        if "alt=sse" in self.path:
            body, kind = b"data: " + body + b"\r\n\r\n", "text/event-stream"
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def google_itself() -> Generator[str]:
    """Serve a stand-in for Google's interface."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Google) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()

import pytest

from plimsoll.gateway import detect_providers
from plimsoll.gateway.detect import ollama_url

KEYS: dict[str, str] = {
    "OLLAMA_HOST": "k",
    "OPENROUTER_API_KEY": "k",
    "DEEPSEEK_API_KEY": "k",
    "GROQ_API_KEY": "k",
    "MISTRAL_API_KEY": "k",
    "GEMINI_API_KEY": "k",
    "ANTHROPIC_API_KEY": "k",
    "OPENAI_API_KEY": "k",
}


def test_an_empty_environment_names_nobody():
    assert detect_providers({"OPENAI_API_KEY": " ", "PATH": "/bin"}) == ()


def test_providers_come_in_the_documented_order():
    names = [provider.name for provider in detect_providers(KEYS)]
    assert names == ["openai", "anthropic", "gemini", "mistral", "groq", "deepseek", "openrouter", "ollama"]


def test_every_provider_names_the_variable_that_named_it():
    assert {provider.variable for provider in detect_providers(KEYS)} == set(KEYS)


def test_a_key_stays_a_secret():
    (found,) = detect_providers({"ANTHROPIC_API_KEY": "sk-1"})
    assert found.api_key is not None
    assert (found.api_key.reveal(), "sk-1" in repr(found)) == ("sk-1", False)
    assert (found.base_url, found.chat_model) == ("https://api.anthropic.com/v1", "claude-haiku-5-5")


def test_another_base_url_keeps_the_key_and_asks_the_server_for_its_models():
    (found,) = detect_providers({"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": "http://127.0.0.1:8000/v1/"})
    assert (found.base_url, found.chat_model) == ("http://127.0.0.1:8000/v1", None)
    assert found.dialect.output_limit == "max_tokens"


def test_a_base_url_needs_no_key():
    (found,) = detect_providers({"OPENAI_BASE_URL": "http://127.0.0.1:8000/v1"})
    assert (found.api_key, found.variable) == (None, "OPENAI_BASE_URL")


def test_openai_itself_has_a_model_and_its_own_words():
    (found,) = detect_providers({"OPENAI_API_KEY": "k"})
    assert (found.base_url, found.dialect.output_limit) == ("https://api.openai.com/v1", "max_completion_tokens")
    assert found.chat_model


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", "http://127.0.0.1:11434/v1"),
        ("0.0.0.0", "http://127.0.0.1:11434/v1"),  # noqa: S104  read, never bound
        ("0.0.0.0:8080", "http://127.0.0.1:8080/v1"),
        (":8080", "http://127.0.0.1:8080/v1"),
        ("gpu-box", "http://gpu-box:11434/v1"),
        ("gpu-box:1234/", "http://gpu-box:1234/v1"),
        ("http://gpu-box", "http://gpu-box/v1"),
        ("https://gpu-box:443/ollama/", "https://gpu-box:443/ollama/v1"),
        ("[::1]:11434", "http://[::1]:11434/v1"),
        ("::1", "http://[::1]:11434/v1"),
        ("[::]", "http://127.0.0.1:11434/v1"),
        ("host:notaport", "http://host:11434/v1"),
    ],
)
def test_every_form_of_an_ollama_host_becomes_an_address(host: str, expected: str):
    assert ollama_url(host) == expected

import asyncio

import pytest

from plimsoll.errors import ProviderRefused
from plimsoll.gateway import ChatRequest, ModelTarget
from plimsoll.project import Settings
from plimsoll.project.models.clients import find_sources
from plimsoll.records import Message

from unit.gateway.asking import open_gateway

SETTINGS = Settings.model_validate({"providers": {"acme": {"base_url": "http://h/v1", "api_key_env": "ACME_KEY"}}})


def test_a_provider_without_its_key_is_there_and_its_calls_say_what_is_missing():
    client = find_sources(SETTINGS, {})["acme"].connect()
    request = ChatRequest(model="fast", messages=(Message(role="user", content="ping"),))
    gateway = open_gateway(client, ModelTarget(alias="fast", provider="acme", model="m"))
    with pytest.raises(ProviderRefused, match=r"its key is read from \$ACME_KEY, which is not set"):
        asyncio.run(gateway.chat(request))


def test_a_key_that_was_set_makes_another_client():
    before, after = find_sources(SETTINGS, {})["acme"], find_sources(SETTINGS, {"ACME_KEY": "k"})["acme"]
    assert not after.makes_the_same_as(before)
    assert after.makes_the_same_as(find_sources(SETTINGS, {"ACME_KEY": "k"})["acme"])


def test_openai_is_spoken_to_in_its_own_words_under_any_name():
    declared = {"mine": {"base_url": "https://api.openai.com/v1"}, "other": {"base_url": "http://h/v1"}}
    sources = find_sources(Settings.model_validate({"providers": declared}), {})
    assert sources["mine"].dialect.output_limit == "max_completion_tokens"
    assert sources["other"].dialect.output_limit == "max_tokens"

"""Which model an alias stands for."""

import pytest

from plimsoll.errors import InvalidSettings
from plimsoll.project import ModelInUse, Settings
from plimsoll.project.models.choosing import choose_models, make_alias
from plimsoll.project.models.clients import find_sources


def _settings(model: str, **tables: object) -> Settings:
    return Settings.model_validate({"models": {"default": {"model": model}}, **tables})


def _default(settings: Settings, environ: dict[str, str]) -> ModelInUse:
    return choose_models(settings, environ)[0]


def test_without_a_key_the_embedded_reader_answers():
    use = _default(_settings("auto"), {})
    assert (use.provider, use.model, use.because) == ("plimsoll", "reader", "no provider's key is set")


def test_a_key_in_the_environment_is_used_and_named():
    use = _default(_settings("auto"), {"ANTHROPIC_API_KEY": "sk-x"})
    assert (use.provider, use.because) == ("anthropic", "ANTHROPIC_API_KEY is set")


def test_what_the_settings_say_goes_before_the_environment():
    use = _default(_settings("plimsoll/reader"), {"OPENAI_API_KEY": "sk-x"})
    assert (use.provider, use.model, use.because) == ("plimsoll", "reader", "plimsoll.toml says so")


def test_a_model_name_may_hold_slashes():
    settings = _settings("local/org/model", providers={"local": {"base_url": "http://127.0.0.1:9/v1"}})
    assert _default(settings, {}).model == "org/model"


def test_an_unknown_provider_names_the_nearest():
    with pytest.raises(InvalidSettings, match="did you mean 'plimsoll'"):
        choose_models(_settings("plimsol/reader"), {})


def test_a_model_without_a_provider_says_the_form():
    with pytest.raises(InvalidSettings, match="must be 'provider/model' or 'auto'"):
        choose_models(_settings("reader"), {})


def test_a_model_beside_targets_is_refused_since_it_would_be_overlooked():
    both = {"model": "plimsoll/reader", "targets": [{"model": "plimsoll/reader"}]}
    with pytest.raises(InvalidSettings, match="has both `model` and `targets`"):
        choose_models(Settings.model_validate({"models": {"fast": both}}), {})


def test_an_empty_list_of_targets_is_refused_since_another_model_would_answer():
    with pytest.raises(InvalidSettings, match=r"models\.fast has no `targets`"):
        choose_models(Settings.model_validate({"models": {"fast": {"targets": []}}}), {})


@pytest.mark.parametrize("pasted", ["sk-abcdefghijklmnop", "gsk_abc123DEF456", "0123456789"])
def test_a_key_in_place_of_its_variables_name_is_refused_and_not_shown(pasted: str):
    provider = {"base_url": "http://127.0.0.1:9/v1", "api_key_env": pasted}
    with pytest.raises(InvalidSettings, match='api_key_env = "LOCAL_API_KEY"') as refused:
        find_sources(_settings("local/m", providers={"local": provider}), {})
    assert pasted not in str(refused.value)


def test_prices_reach_the_target_and_unknown_ones_stay_unknown():
    settings = Settings.model_validate({"models": {"default": {"model": "acme/m", "input_usd_per_million": 1.5}}})
    use = ModelInUse(alias="default", provider="acme", model="m", because="test")
    (target,) = make_alias(use, settings.models["default"], published={}).targets
    assert target.price is not None
    assert (target.price.input, target.price.output) == (1.5, None)


def test_a_model_whose_key_is_not_set_says_which():
    settings = _settings("acme/m", providers={"acme": {"base_url": "http://h/v1", "api_key_env": "ACME_KEY"}})
    assert _default(settings, {}).missing_key == "ACME_KEY"
    assert not _default(settings, {"ACME_KEY": "k"}).missing_key

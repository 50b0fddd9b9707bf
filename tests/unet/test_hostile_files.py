"""Model files from strangers: whatever is in them, an error says that they are damaged."""

import io
import json
import zipfile

import numpy as np
import pytest

from skthresh.unet import UNetSegmenter


@pytest.fixture
def content(tiny_fitted, tmp_path):
    """Give the arrays of a file, and its facts."""
    tiny_fitted.save(tmp_path / "good")
    with np.load(tmp_path / "good") as file:
        arrays = {name: file[name] for name in file.files}
    return arrays, json.loads(arrays.pop("facts").tobytes())


def write(path, arrays, facts, save=np.savez):
    facts = np.frombuffer(json.dumps(facts).encode(), np.uint8)
    with path.open("wb") as file:
        save(file, facts=facts, **arrays)
    return path


def refused(path):
    with pytest.raises(ValueError, match=r"is not a file that UNetSegmenter|is damaged") as caught:
        UNetSegmenter.load(path)
    assert str(path) in str(caught.value)


def test_the_same_content_is_read(content, tmp_path):
    UNetSegmenter.load(write(tmp_path / "same", *content))


def test_nothing_is_unpacked_that_is_larger_than_the_file(content, tmp_path):
    arrays, facts = content
    arrays["weights.9999"] = np.zeros(2**24)
    refused(write(tmp_path / "bomb", arrays, facts, np.savez_compressed))


def test_an_array_that_claims_to_be_larger_than_it_is(content, tmp_path):
    path = write(tmp_path / "claims", *content)
    header = io.BytesIO()
    shape = {"descr": "<f4", "fortran_order": False, "shape": (2**40,)}
    np.lib.format.write_array_header_1_0(header, shape)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("weights.9999.npy", header.getvalue() + bytes(64))
    refused(path)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("base_filters", 2**20),
        ("depth", 10**6),
        ("n_classes", 10**9),
        ("n_channels", 10**9),
        ("ndim", 7),
    ],
)
def test_no_huge_network_is_built(content, tmp_path, key, value):
    arrays, facts = content
    assert key in facts["recipe"]
    facts["recipe"][key] = value
    refused(write(tmp_path / "huge", arrays, facts))


def test_channels_that_images_lack(content, tmp_path):
    arrays, facts = content
    assert facts["scaling"]["kind"] == "local"
    facts["scaling"]["kind"] = "image"
    refused(write(tmp_path / "other", arrays, facts))


@pytest.mark.parametrize("key", ["recipe", "params", "scaling", "history", "threshold"])
@pytest.mark.parametrize("value", [None, "text", [1, 2]])
def test_facts_of_another_kind(content, tmp_path, key, value):
    arrays, facts = content
    facts[key] = value
    refused(write(tmp_path / "other", arrays, facts))


def test_facts_that_are_missing(content, tmp_path):
    arrays, facts = content
    for key in set(facts) - {"skthresh", "own_model"}:
        refused(write(tmp_path / "less", arrays, {k: v for k, v in facts.items() if k != key}))


def test_every_cut_is_noticed(content, tmp_path):
    path = write(tmp_path / "whole", *content)
    text = path.read_bytes()
    for n in np.linspace(0, len(text) - 1, 40).astype(int):
        (cut := tmp_path / "cut").write_bytes(text[:n])
        refused(cut)


def test_every_spoiled_byte_is_noticed_or_harmless(content, tmp_path):
    path = write(tmp_path / "whole", *content)
    text = path.read_bytes()
    for i in np.random.default_rng(0).integers(0, len(text), 150):
        spoiled = bytearray(text)
        spoiled[i] ^= 0xFF
        (file := tmp_path / "spoiled").write_bytes(spoiled)
        try:
            UNetSegmenter.load(file)
        except ValueError as error:
            assert str(file) in str(error)  # noqa: PT017  either is right


def test_crc_is_checked(content, tmp_path):
    arrays, facts = content
    path = write(tmp_path / "whole", arrays, facts)
    text = bytearray(path.read_bytes())
    raw = max(arrays.values(), key=lambda a: a.nbytes).tobytes()
    text[text.index(raw)] ^= 1
    path.write_bytes(text)
    refused(path)

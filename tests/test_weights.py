"""Weights of networks as data: seeded, saved, loaded, refused; and networks named by a SPEC."""

import pickle
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from learned_cases import CLUSTER, NETWORKS, SMALL, altered, case

from symsens import InputError
from symsens.descriptors.networks import SchNet, TensorField
from symsens.errors import SpecError, UndecidedError
from symsens.forms.jacobian import ball_jacobian, float_jacobian, float_values
from symsens.spec import parse_spec


def test_seeded_weights_never_change():
    network = SchNet(layers=2, features=3, filters=2, rbf=4, seed=5)
    assert network.fingerprint == "70951e1c35cde60f1c2016f0ddcadb709a2d9881d4c68ec2b042b25ab7c54c43"
    assert network.arrays["embedding.weight"][6].tolist() == [
        0.6120698690556389,
        -1.521424031406118,
        0.19259059842046541,
    ]
    assert SchNet(layers=2, features=3, filters=2, rbf=4, seed=6).fingerprint != network.fingerprint
    with pytest.raises(ValueError, match="read-only"):
        network.arrays["embedding.weight"][0] = 0


@pytest.mark.parametrize("network", [NETWORKS["two layers"], NETWORKS["squared"]], ids=["schnet", "tensor-field"])
def test_weights_come_back_bit_by_bit(network, tmp_path):
    network.save_weights(tmp_path / "w.npz")
    again = replace(network, weights=tmp_path / "w.npz")
    assert again.fingerprint == network.fingerprint and again != network
    assert [p.name for p in tmp_path.iterdir()] == ["w.npz"]
    single = {
        name: array.astype(np.float32)[: 20 if name.startswith("emb") else None]
        for name, array in network.arrays.items()
    }
    np.savez_compressed(tmp_path / "w.npz", **single)
    rounded = replace(network, weights=tmp_path / "w.npz")
    assert all((rounded.arrays[name] == array).all() and array.dtype == np.float32 for name, array in single.items())


def test_saving_is_whole_or_not_at_all(tmp_path, monkeypatch):
    network, path = NETWORKS["one layer"], tmp_path / "w.npz"
    network.save_weights(path)
    before = path.read_bytes()

    def interrupted(stream, **arrays):
        stream.write(b"half")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(np, "savez", interrupted)
        network.save_weights(path)
    assert path.read_bytes() == before and [p.name for p in tmp_path.iterdir()] == ["w.npz"]
    with pytest.raises(InputError, match="cannot be written: no such directory"):
        network.save_weights(tmp_path / "nowhere" / "w.npz")
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError, match="cannot be written"):
        network.save_weights(tmp_path / "folder")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["folder", "w.npz"]


BIAS = "interactions.0.f2out.0.bias"


class Trap:
    def __reduce__(self):
        return (pytest.fail, ("a pickle was opened",))


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda a: a.pop(BIAS), f"array '{BIAS}' \\(5\\) is missing"),
        (lambda a: a.update({"interactions.0.f2out.0.bios": a.pop(BIAS)}), f"unknown array .* did you mean {BIAS}"),
        (lambda a: a.update({BIAS: np.zeros(4)}), f"array '{BIAS}' has shape 4, not 5"),
        (lambda a: a.update({BIAS: np.zeros((5, 1))}), f"array '{BIAS}' has shape 5 x 1, not 5"),
        (lambda a: a.update({BIAS: np.full(5, np.nan)}), "has an entry that is inf or nan"),
        (lambda a: a.update({BIAS: np.full(5, -np.inf)}), "has an entry that is inf or nan"),
        (lambda a: a.update({BIAS: np.zeros(5, dtype=complex)}), "is of type complex128"),
        (lambda a: a.update({BIAS: np.zeros(5, dtype=int)}), "is of type int64"),
        (lambda a: a.update({BIAS: np.array([Trap()] * 5, dtype=object)}), "not a readable .npz"),
        (lambda a: a.update({BIAS: np.zeros(10**6)}), f"array '{BIAS}' is too long"),
        (lambda a: a.update({"embedding.weight": np.zeros((3, 4))}), "has shape 3 x 4, not any x 5"),
    ],
)
def test_corrupted_weights_are_refused(change, message, tmp_path):
    arrays = dict(NETWORKS["one layer"].arrays)
    change(arrays)
    np.savez_compressed(tmp_path / "w.npz", **arrays)
    with pytest.raises(InputError, match=message) as error:
        SchNet(**SMALL, weights=tmp_path / "w.npz")
    assert "\n" not in str(error.value) and "w.npz" in str(error.value)


def test_files_that_are_no_weights(tmp_path):
    good = tmp_path / "good.npz"
    NETWORKS["one layer"].save_weights(good)
    with zipfile.ZipFile(tmp_path / "notes.npz", "w") as archive:
        for name in NETWORKS["one layer"].arrays:
            archive.writestr(f"{name}.npy", "no array")
    flipped = bytearray(good.read_bytes())
    flipped[len(flipped) // 3] ^= 1
    np.save(tmp_path / "single.npy", np.zeros(3))
    contents = {
        "pickle.npz": pickle.dumps(Trap()),
        "empty.npz": b"",
        "half.npz": good.read_bytes()[:3000],
        "flipped.npz": bytes(flipped),
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    for name in (*contents, "notes.npz", "single.npy", "."):
        with pytest.raises(InputError, match="not a readable .npz file"):
            SchNet(**SMALL, weights=tmp_path / name)
    with pytest.raises(InputError, match="no such file"):
        SchNet(**SMALL, weights=tmp_path / "none.npz")


def test_weights_that_overflow_are_refused(tmp_path):
    def huge(array):
        array[::2], array[1::2] = 1e300, -1e300  # ssp of what is very negative is -ln 2, no overflow

    network = altered(NETWORKS["one layer"], tmp_path / "w.npz", interactions__0__f2out__0__weight=huge)
    for function, name in ((float_jacobian, "float"), (ball_jacobian, "ball")):
        with pytest.raises(UndecidedError, match=f"{name} arithmetic overflows"):
            function(CLUSTER, network)


# Specifications.

CLASSES = {"schnet": lambda: SchNet, "tensor-field": lambda: TensorField}


def test_a_network_is_named_by_a_spec(tmp_path):
    assert str(SchNet(seed=4, cutoff=4)) == "schnet:layers=1,features=32,filters=16,rbf=16,cutoff=4,seed=4"
    NETWORKS["one layer"].save_weights(tmp_path / "w.npz")
    loaded = SchNet(**SMALL, weights=tmp_path / "w.npz")
    assert parse_spec(str(loaded), CLASSES) == loaded


@pytest.mark.parametrize(
    "spec, message",
    [
        ("schnet:layers=3", "layers=3: give an integer from 1 to 2"),
        ("schnet:filter=3", "unknown parameter 'filter': did you mean filters"),
        ("schnet:cutoff=0", "give a number above 0"),
        ("schnet:seed=-1", "seed=-1"),
        ("tensor-field:readout=norms", "did you mean norm"),
    ],
)
def test_specs_that_are_none(spec, message):
    with pytest.raises(SpecError, match=message):
        parse_spec(spec, CLASSES)


def test_other_requests_that_are_refused():
    for weights in (3, "a,b.npz"):
        with pytest.raises(SpecError, match="weights=.*: give the path of an .npz file"):
            SchNet(weights=weights)
    with pytest.raises(SpecError, match="schnet: its features are .* no sums over tuples"):
        SchNet().layout("C", ("H",))
    with pytest.raises(InputError, match="no embedding for species Qq"):
        float_values(case([(1, 0, 0)], "Qq"), SchNet())

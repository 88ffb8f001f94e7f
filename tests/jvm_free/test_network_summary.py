"""The table of a network."""

from __future__ import annotations

import re

import pytest

from sparkdl4j import errors
from sparkdl4j.network import (
    Add,
    BatchNorm,
    Block,
    Conv2D,
    Dense,
    Graph,
    MaxPool2D,
    Output,
    Sequential,
    SqueezeExcite,
    fashion,
    landscape,
)

BLOCK = Sequential(
    [
        Conv2D(4, 3, padding="same", name="stem"),
        Block([Conv2D(8, 3, 2, "same", use_bias=False), BatchNorm(), SqueezeExcite(4)]),
        Output(),
    ]
)


def test_counts_as_deeplearning4j_does() -> None:
    # 980 + 20,040 + 70,070 + 14,200 + 603, and 520 + 25,050 + 400,500 + 5,010.
    assert "\n105,893 parameters, " in landscape().summary(classes=3)
    assert (
        fashion()
        .summary(classes=10)
        .endswith("\n431,080 parameters, 2,293,000 multiply-adds, 73.9 KiB of activations for one picture")
    )
    lines = landscape().summary((150, 100, 1), 5).split("\n")
    assert lines[0] == "landscape: pictures 150x100x1, 5 classes"
    assert lines[1].split() == ["layer", "type", "output", "parameters", "multiply-adds", "memory"]
    assert lines[3].split() == ["1", "Conv2D", "4x4/2", "74x49x20", "340", "1,160,320", "283.3", "KiB"]
    assert lines[-2].split() == ["9", "Output", "5", "1,005", "1,000", "20", "B"]


def test_open_classes() -> None:
    lines = fashion().summary().split("\n")
    assert lines[0] == "fashion: pictures 28x28x1"
    assert lines[-2].split("  ")[-4:] == ["classes", "501 x classes", "500 x classes", "4 B x classes"]
    assert lines[-1] == (
        "426,070 + 501 x classes parameters, 2,288,000 + 500 x classes multiply-adds, "
        "73.8 KiB + 4 B x classes of activations for one picture"
    )


def test_open_pictures() -> None:
    some = Sequential([Dense(3), Output()]).summary()
    assert some.split("\n")[-1] == "? parameters"
    assert some.split("\n")[3].split() == ["1", "Dense", "?", "?", "?", "?"]


def test_pictures_that_do_not_fit() -> None:
    with pytest.raises(errors.NetworkError, match="does not fit"):
        landscape().summary((10, 10, 3))


def test_parts_stand_indented_below_their_block() -> None:
    lines = BLOCK.summary((6, 6, 1), 3).split("\n")
    parts = [line[: lines[1].index("  output")].rstrip() for line in lines[4:-2]]
    assert [part.split()[0] for part in parts[:3]] == ["2", "layer0", "layer1"]
    assert [line.split()[0] for line in lines[3:4]] == ["1"]
    assert lines[3].split()[1] == "stem"
    titles = [(len(part) - len(part.lstrip()), " ".join(part.split())) for part in parts]
    assert titles[:8] == [
        (0, "2 Block"),
        (2, "layer0 Conv2D 3x3/2 same"),
        (2, "layer1 BatchNorm"),
        (2, "layer2 SqueezeExcite 4"),
        (4, "pool GlobalPool avg"),
        (4, "reduce Conv2D 1x1"),
        (4, "expand Conv2D 1x1"),
        (titles[7][0], "Multiply (input, expand)"),
    ]
    assert [title for _, title in titles[8:]] == [
        "shortcut/conv Conv2D 1x1/2",
        "shortcut/norm BatchNorm",
        "add Add (layer2, shortcut/norm)",
        "Activation relu",
    ]
    # stem 36 + 4; block 288 + 16, excitation (16 + 2) + (16 + 8), projection 32 + 16; output 72 * 3 + 3.
    assert lines[4].split()[3] == "394"
    assert lines[-1].startswith("653 parameters, ")


def test_inputs_of_a_graph_are_named() -> None:
    some = Graph([Conv2D(2, 1, name="a"), Conv2D(2, 1, inputs=["input"]), Add(["a", "layer1"]), Output()])
    lines = some.summary((2, 2, 1), 2).split("\n")
    assert "Conv2D 1x1 (input)" in lines[4]
    assert "Add (a, layer1)" in lines[5]


def test_who_computes_what() -> None:
    executions = [
        ("stem.input", "plan", "simple:any"),
        ("stem.forward", "plan", "jit:avx512_core"),
        ("stem.backward-weights", "plan", "ref:any"),
        ("layer1/layer0.forward", "plan", "brgconv:avx512_core"),
        {"step": "layer1/layer1", "core": "dl4j", "implementation": ""},
        ("layer1/layer2/expand.forward", "plan", "ref:any"),
        ("layer1/layer2.forward", "plan", "jit:uni"),
        ("layer1/shortcut/conv/group0.forward", "plan", "brgconv:avx2"),
        ("layer1.forward", "plan", "jit:elt"),
        ("layer2.forward", "plan", "gemm:jit"),
        ("finite-check", "plan", "gemm:any"),
    ]
    lines = BLOCK.summary((6, 6, 1), 3, executions).split("\n")
    core = lines[1].index("core")
    assert lines[1].split()[-2:] == ["core", "implementation"]
    shown = [re.split("  +", line[core:].strip()) for line in lines[3:-1]]
    assert shown == [
        ["plan", "jit:avx512_core, slow: backward-weights ref:any"],
        ["plan, dl4j", "slow: layer2/expand.forward ref:any"],
        ["plan", "brgconv:avx512_core"],
        ["dl4j"],
        ["plan", "slow: expand.forward ref:any"],
        [""],
        [""],
        ["plan", "slow: forward ref:any"],
        ["plan", "jit:uni"],
        ["plan"],
        [""],
        [""],
        ["plan", "jit:elt"],
        ["plan", "gemm:jit"],
    ]


def test_nobody_computes_yet() -> None:
    lines = Sequential([MaxPool2D(), Output()]).summary((4, 4, 1), 2, []).split("\n")
    assert lines[1].endswith("core  implementation")
    assert lines[3].split()[-2:] == ["16", "B"]


@pytest.mark.parametrize(("side", "memory"), [(1, "4 B"), (16, "1.0 KiB"), (512, "1.0 MiB"), (16384, "1.0 GiB")])
def test_memory_in_units_for_people(side: int, memory: str) -> None:
    lines = Sequential([MaxPool2D(1), Output()]).summary((side, side, 1), 2).split("\n")
    assert lines[3].endswith("  " + memory)

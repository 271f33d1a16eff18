"""The networks that docs/gallery.md shows are those whose names they bear."""

from pathlib import Path

import pytest

import lenet_verify as lv

FIGURES = Path(__file__).parent.parent / "docs" / "figures"


@pytest.mark.parametrize("name", ["InceptionV3", "MobileNetV2"])
def test_the_gallery_draws_the_network_that_keras_builds(name):
    import keras

    with keras.StatelessScope(initialize_variables=False):
        theirs = lv.read(getattr(keras.applications, name)(weights=None))
    ours = lv.infer(lv.load_spec(FIGURES / f"{name.lower()}.yaml"))
    assert lv.diff(ours, theirs).same

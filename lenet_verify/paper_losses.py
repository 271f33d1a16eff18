"""Losses of networks whose outputs are distances, which Keras lacks.

The names are those of `vocabulary.DISTANCE_LOSSES`.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

_registered: Any = keras.saving.register_keras_serializable(package="lenet_verify")


@_registered  # type: ignore[untyped-decorator]
def rbf_distance(classes: Any, distances: Any) -> Any:
    """The output that belongs to the right class, for each sample. Source: LeCun et al. 1998,
    II.C, equation 8.

    Args:
        classes: the number of each sample's class, (batch,) or (batch, 1).
        distances: the outputs, (batch, classes).
    """
    wanted = ops.cast(ops.reshape(classes, (-1, 1)), "int32")
    return ops.squeeze(ops.take_along_axis(distances, wanted, axis=-1), axis=-1)


@_registered  # type: ignore[untyped-decorator]
def nearest_class(classes: Any, distances: Any) -> Any:
    """Whether the smallest output is that of the right class, for each sample: the accuracy.

    Args:
        classes: the number of each sample's class, (batch,) or (batch, 1).
        distances: the outputs, (batch, classes).
    """
    nearest = ops.argmin(distances, axis=-1)
    wanted = ops.cast(ops.reshape(classes, (-1,)), nearest.dtype)
    return ops.cast(ops.equal(nearest, wanted), "float32")

"""The peer's main job: build LeNet-5 in Keras, `summary()`, `plot_model` to a PNG."""

import sys

import keras
from keras.layers import AveragePooling2D, Conv2D, Dense, Flatten


def lenet5() -> keras.Model:
    model = keras.Sequential(
        [
            keras.Input((32, 32, 1)),
            Conv2D(6, 5, activation="tanh"),
            AveragePooling2D(2, 2),
            Conv2D(16, 5, activation="tanh"),
            AveragePooling2D(2, 2),
            Flatten(),
            Dense(120, activation="tanh"),
            Dense(84, activation="tanh"),
            Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "categorical_crossentropy", ["accuracy"])
    return model


def draw_without_dot() -> None:
    """Where no `dot` is installed, lets the peer draw with pygraphviz, in its own process.

    That is cheaper for the peer than starting `dot`, which pydot would do.
    """
    import pydot
    import pygraphviz

    def create(self: pydot.Dot, prog: object = None, format: str = "png", **_: object) -> bytes:
        return pygraphviz.AGraph(self.to_string()).draw(format=format, prog="dot")

    pydot.Dot.create = create


if __name__ == "__main__":
    import shutil

    if shutil.which("dot") is None:
        draw_without_dot()
    model = lenet5()
    model.summary()
    keras.utils.plot_model(model, sys.argv[1], show_shapes=True, show_layer_activations=True)

"""LeNet-5 with one thing amiss in each: none of these may pass."""

from __future__ import annotations

import keras
from keras import layers, ops

from .right import NAMES, chained, lenet5_layers


def foreign(model_steps, shape=(32, 32, 1)):
    """The same network under names that say nothing."""
    for number, step in enumerate(model_steps):
        if isinstance(step, layers.Layer):
            step.name = f"unit_{'abcdefghijklmnop'[number]}"
    return chained(model_steps, shape)


def _conv(filters=6, kernel=5, name="C1", **arguments):
    return layers.Conv2D(filters, kernel, **{"activation": "tanh", "name": name} | arguments)


def _between(after, *more):
    steps = lenet5_layers()
    place = NAMES.index(after) + 1
    return [*steps[:place], *more, *steps[place:]]


# The wrong models as steps; each runs under the paper's names and under foreign ones.


def same_padding():
    return lenet5_layers(C1=_conv(padding="same"))


def kernels_of_3x3():
    return lenet5_layers(C1=_conv(kernel=3), C3=_conv(16, 3, "C3"))


def max_pooling():
    return lenet5_layers(S2=layers.MaxPooling2D(2, name="S2"), S4=layers.MaxPooling2D(2, name="S4"))


def relu():
    return lenet5_layers(C1=_conv(activation="relu"), C3=_conv(16, name="C3", activation="relu"))


def without_F6():
    return [step for step in lenet5_layers() if step.name != "F6"]


def batch_normalization():
    return _between("C1", layers.BatchNormalization(name="bn"))


def relu_after_C1():
    return _between("C1", ops.relu)


def relu_after_S2():
    return _between("S2", ops.relu)


def relu_after_flatten():
    return _between("flatten", ops.relu)


def relu_layer_after_C5():
    return _between("C5", layers.ReLU(name="slipped"))


def tanh_twice():
    return _between("C1", layers.Activation("tanh", name="again"))


def dilated():
    return lenet5_layers(C1=_conv(kernel=3, dilation_rate=2))


def grouped():
    return lenet5_layers(C3=_conv(16, name="C3", groups=2))


def without_bias():
    return lenet5_layers(C5=layers.Dense(120, activation="tanh", use_bias=False, name="C5"))


def pooling_with_stride_1():
    return lenet5_layers(S2=layers.AveragePooling2D(2, strides=1, name="S2"))


def convolutions_swapped():
    return lenet5_layers(C1=_conv(16), C3=_conv(6, name="C3"))


def dense_layers_swapped():
    return lenet5_layers(
        C5=layers.Dense(84, activation="tanh", name="C5"),
        F6=layers.Dense(120, activation="tanh", name="F6"),
    )


def without_flatten():
    return [step for step in lenet5_layers() if step.name != "flatten"]


def frozen():
    steps = lenet5_layers()
    steps[0].trainable = False
    return steps


def logits():
    return lenet5_layers(output=layers.Dense(10, name="output"))


def softmax_over_the_batch():
    return [*lenet5_layers(output=layers.Dense(10, name="output")), layers.Softmax(axis=0)]


def scaled():
    return _between("S4", lambda x: x * 2.0)


def depth_scaled():
    return _between("S4", layers.Rescaling(2.0, name="rescaling"))


def lambda_layer():
    return _between("S4", layers.Lambda(lambda x: x, name="lambda"))


def eleven_classes():
    return lenet5_layers(output=layers.Dense(11, activation="softmax", name="output"))


WRONG = (
    same_padding, kernels_of_3x3, max_pooling, relu, without_F6, batch_normalization,
    relu_after_C1, relu_after_S2, relu_after_flatten, relu_layer_after_C5, tanh_twice, dilated,
    grouped, without_bias, pooling_with_stride_1, convolutions_swapped, dense_layers_swapped,
    without_flatten, frozen, logits, softmax_over_the_batch, scaled, depth_scaled, lambda_layer,
    eleven_classes,
)  # fmt: skip


def input_of_28x28():
    return chained(lenet5_layers(), (28, 28, 1))


def three_channels():
    return chained(lenet5_layers(), (32, 32, 3))


class Conv2D(layers.Layer):
    """A class that is called like Keras's and computes something else."""

    def __init__(self, filters, kernel_size, activation=None, **kwargs):
        super().__init__(**kwargs)
        self.inner = layers.Conv2D(filters, kernel_size, activation="relu")
        self.filters, self.kernel_size, self.activation = filters, kernel_size, activation

    def build(self, shape):
        self.inner.build(shape)

    def call(self, x):
        return self.inner(x)

    def get_config(self):
        mine = {
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "activation": self.activation,
        }
        return super().get_config() | mine


def own_class_called_conv2d():
    return chained(lenet5_layers(C1=Conv2D(6, 5, activation="tanh", name="C1")))


Registered = keras.saving.register_keras_serializable("paper", "Conv2D")(
    type("Conv2D", (Conv2D,), {"__module__": __name__})
)


def own_registered_class_called_conv2d():
    return chained(lenet5_layers(C1=Registered(6, 5, activation="tanh", name="C1")))


Lying = type("Conv2D", (Conv2D,), {"__module__": "keras.src.layers.convolutional.conv2d"})


def own_class_that_lies_about_its_module():
    return chained(lenet5_layers(C1=Lying(6, 5, activation="tanh", name="C1")))


class Overriding(layers.Conv2D):
    """Keras's Conv2D, but for what it computes."""

    def call(self, x):
        return ops.relu(super().call(x))


Overriding.__name__ = "Conv2D"


def subclass_that_overrides_call():
    return chained(lenet5_layers(C1=Overriding(6, 5, activation="tanh", name="C1")))


def instance_that_overrides_call():
    first = layers.Conv2D(6, 5, activation="tanh", name="C1")
    original = first.call
    first.call = lambda x: ops.relu(original(x))
    return chained(lenet5_layers(C1=first))


def tanh(x):
    """Not what it is called."""
    return ops.relu(x)


def own_activation_called_tanh():
    return chained(lenet5_layers(C1=_conv(activation=tanh)))


def own_registered_activation_called_tanh():
    function = keras.saving.register_keras_serializable("paper", "tanh")(tanh)
    return chained(lenet5_layers(C1=_conv(activation=function)))


def own_activation_in_a_layer():
    first, *more = lenet5_layers(C1=_conv(activation=None))
    return chained([first, layers.Activation(tanh, name="mine"), *more])


def lambda_of_several_numbers():
    """A function of each map as a whole, so that no values at points tell what it is."""
    return chained(lenet5_layers(C1=_conv(activation=lambda x: ops.tanh(x - ops.mean(x)))))


def activation_set_later():
    model = chained(lenet5_layers())
    model.get_layer("C1").activation = keras.activations.relu
    return chained(lenet5_layers(C1=model.get_layer("C1")))


class FunctionalThatOverridesCall(keras.Model):
    """Functional by its constructor, something else by its call."""

    def call(self, inputs, training=None, mask=None):
        return super().call(ops.relu(inputs))


def functional_that_overrides_call():
    inputs = x = keras.Input((32, 32, 1))
    for step in lenet5_layers():
        x = step(x)
    return FunctionalThatOverridesCall(inputs, x)


class SequentialThatOverridesCall(keras.Sequential):
    def call(self, inputs, training=None, mask=None):
        return ops.relu(super().call(inputs))


def sequential_that_overrides_call():
    return SequentialThatOverridesCall([keras.Input((32, 32, 1)), *lenet5_layers()])


class SequentialThatOverridesDunderCall(keras.Sequential):
    def __call__(self, *args, **kwargs):
        return ops.relu(super().__call__(*args, **kwargs))


def sequential_that_overrides_dunder_call():
    return SequentialThatOverridesDunderCall([keras.Input((32, 32, 1)), *lenet5_layers()])


def instance_of_a_model_that_overrides_call():
    model = chained(lenet5_layers())
    original = model.call
    model.call = lambda x, **more: ops.relu(original(x, **more))
    return model


def nested_that_overrides_call():
    inner = SequentialThatOverridesCall([keras.Input((32, 32, 1)), *lenet5_layers()[:5]])
    return keras.Sequential([keras.Input((32, 32, 1)), inner, *lenet5_layers()[5:]])


def extra_output():
    model = chained(lenet5_layers())
    return keras.Model(model.input, [model.output, model.get_layer("F6").output])


def output_too_early():
    model = chained(lenet5_layers())
    return keras.Model(model.input, model.get_layer("F6").output)


def extra_input():
    inputs, other = keras.Input((32, 32, 1), name="image"), keras.Input((10,), name="other")
    x = inputs
    for step in lenet5_layers():
        x = step(x)
    return keras.Model([inputs, other], layers.Add()([x, other]))


def unused_input():
    inputs, other = keras.Input((32, 32, 1), name="image"), keras.Input((10,), name="other")
    x = inputs
    for step in lenet5_layers():
        x = step(x)
    return keras.Model([inputs, other], x)


def residual():
    steps = lenet5_layers()
    inputs = x = keras.Input((32, 32, 1))
    for step in steps[:7]:
        x = step(x)
    wide = layers.Dense(84, name="wide")(x)
    return keras.Model(inputs, steps[7](layers.Add(name="add")([x, wide])))


class Unused(keras.Model):
    """A layer with weights that nothing calls."""

    def __init__(self):
        super().__init__()
        self.steps = lenet5_layers()
        self.spare = layers.Dense(3, name="spare")
        self.spare.build((None, 10))

    def call(self, x):
        for step in self.steps:
            x = step(x)
        return x


class Opaque(keras.Model):
    """Computes with TensorFlow itself, out of anyone's sight."""

    def __init__(self):
        super().__init__()
        self.steps = lenet5_layers()

    def call(self, x):
        import tensorflow as tf

        x = tf.raw_ops.Relu(features=x)
        for step in self.steps:
            x = step(x)
        return x


def opaque():
    import numpy as np

    model = Opaque()
    model(np.zeros((1, 32, 32, 1), "float32"))
    return model


def opaque_and_unbuilt():
    return Opaque()


class SharedF6(keras.Model):
    """Its last hidden layer is called twice."""

    def __init__(self):
        super().__init__()
        self.steps = lenet5_layers(C5=layers.Dense(84, name="C5", activation="tanh"))

    def call(self, x):
        for step in self.steps[:7]:
            x = step(x)
        return self.steps[7](self.steps[6](x))


class UserAdam(keras.optimizers.SGD):
    pass


UserAdam.__name__ = "Adam"


def own_optimizer_called_adam():
    model = chained(lenet5_layers())
    model.compile(optimizer=UserAdam(), loss="categorical_crossentropy", metrics=["accuracy"])
    return model


def categorical_crossentropy(y_true, y_pred):
    """Not what it is called."""
    return ops.mean(ops.square(y_true - y_pred))


def own_loss_called_like_keras_s():
    model = chained(lenet5_layers())
    model.compile(optimizer="adam", loss=categorical_crossentropy, metrics=["accuracy"])
    return model


def mean_squared_error():
    model = chained(lenet5_layers())
    model.compile(optimizer="adam", loss="mse", metrics=["accuracy"])
    return model


def paper_names(steps):
    """A factory of the model with these steps."""
    return lambda: chained(steps())


def foreign_names(steps):
    """A factory of the same model under names that say nothing."""
    return lambda: foreign(steps())


# For the command line, where a model is named: same_padding_model, same_padding_foreign …
for _steps in WRONG:
    globals()[f"{_steps.__name__}_model"] = paper_names(_steps)
    globals()[f"{_steps.__name__}_foreign"] = foreign_names(_steps)

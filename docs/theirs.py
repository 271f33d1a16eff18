"""Six networks that call themselves LeNet-5, as public implementations write them."""

from keras import Input, Sequential, layers


def relu_and_max_pooling():
    return Sequential(
        [
            Input((32, 32, 1)),
            layers.Conv2D(6, 5, activation="relu", name="conv1"),
            layers.MaxPooling2D(2, name="pool1"),
            layers.Conv2D(16, 5, activation="relu", name="conv2"),
            layers.MaxPooling2D(2, name="pool2"),
            layers.Flatten(name="flat"),
            layers.Dense(120, activation="relu", name="fc1"),
            layers.Dense(84, activation="relu", name="fc2"),
            layers.Dense(10, activation="softmax", name="fc3"),
        ]
    )


def digits_of_28_by_28():
    return Sequential(
        [
            Input((28, 28, 1)),
            layers.Conv2D(6, 5, activation="tanh", name="conv1"),
            layers.AveragePooling2D(2, name="pool1"),
            layers.Conv2D(16, 5, activation="tanh", name="conv2"),
            layers.AveragePooling2D(2, name="pool2"),
            layers.Flatten(name="flat"),
            layers.Dense(120, activation="tanh", name="fc1"),
            layers.Dense(84, activation="tanh", name="fc2"),
            layers.Dense(10, activation="softmax", name="fc3"),
        ]
    )


def c5_is_a_convolution():
    return Sequential(
        [
            Input((32, 32, 1)),
            layers.Conv2D(6, 5, activation="tanh", name="conv1"),
            layers.AveragePooling2D(2, name="pool1"),
            layers.Conv2D(16, 5, activation="tanh", name="conv2"),
            layers.AveragePooling2D(2, name="pool2"),
            layers.Conv2D(120, 5, activation="tanh", name="conv3"),
            layers.Flatten(name="flat"),
            layers.Dense(84, activation="tanh", name="fc1"),
            layers.Dropout(0.5, name="drop"),
            layers.Dense(10, activation="softmax", name="fc2"),
        ]
    )


def c5_is_a_convolution_on_a_larger_map():
    return Sequential(
        [
            Input((32, 32, 1)),
            layers.Conv2D(6, 5, padding="same", activation="tanh", name="conv1"),
            layers.AveragePooling2D(2, name="pool1"),
            layers.Conv2D(16, 5, activation="tanh", name="conv2"),
            layers.AveragePooling2D(2, name="pool2"),
            layers.Conv2D(120, 5, activation="tanh", name="conv3"),
            layers.Flatten(name="flat"),
            layers.Dense(84, activation="tanh", name="fc1"),
            layers.Dense(10, activation="softmax", name="fc2"),
        ]
    )


def normalised_and_one_layer_short():
    return Sequential(
        [
            Input((32, 32, 1)),
            layers.Conv2D(6, 5, activation="tanh", name="conv1"),
            layers.BatchNormalization(name="norm1"),
            layers.AveragePooling2D(2, name="pool1"),
            layers.Conv2D(16, 5, activation="tanh", name="conv2"),
            layers.AveragePooling2D(2, name="pool2"),
            layers.Flatten(name="flat"),
            layers.Dense(120, activation="tanh", name="fc1"),
            layers.Dense(10, activation="softmax", name="fc2"),
        ]
    )


def relu_before_softmax():
    return Sequential(
        [
            Input((32, 32, 1)),
            layers.Conv2D(6, 5, name="conv1"),
            layers.Activation("tanh", name="act1"),
            layers.AveragePooling2D(2, name="pool1"),
            layers.Conv2D(16, 5, name="conv2"),
            layers.Activation("tanh", name="act2"),
            layers.AveragePooling2D(2, name="pool2"),
            layers.Reshape((-1,), name="flat"),
            layers.Dense(120, activation="tanh", name="fc1"),
            layers.Dense(84, activation="tanh", name="fc2"),
            layers.Dense(10, activation="relu", name="fc3"),
            layers.Softmax(name="probabilities"),
        ]
    )

"""Somebody's VGG-11."""

import keras
from keras import layers


def vgg11():
    model = keras.Sequential([keras.Input((224, 224, 3))])
    for filters, repeat in (64, 1), (128, 1), (256, 2), (512, 2), (512, 2):
        for _ in range(repeat):
            model.add(layers.Conv2D(filters, 3, padding="same", activation="relu"))
        model.add(layers.MaxPooling2D(3, strides=2, padding="same"))
    model.add(layers.Flatten())
    model.add(layers.Dense(4096, activation="relu"))
    model.add(layers.Dense(4096))
    model.add(layers.Dense(1000, activation="softmax"))
    return model

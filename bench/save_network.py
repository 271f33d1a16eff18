"""Saves a network, with random weights: `LeNet5`, or one of keras.applications.

python bench/save_network.py NAME FILE
"""

import sys

import keras
from jobs import SPEC

import lenet_verify

if __name__ == "__main__":
    name, path = sys.argv[1:]
    if name == "LeNet5":
        model = lenet_verify.build(lenet_verify.load_spec(SPEC))
    else:
        model = getattr(keras.applications, name)(weights=None)
    model.save(path)

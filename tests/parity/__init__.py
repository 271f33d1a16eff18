"""Inference against Keras on random layers and models: `python -m tests.parity`."""

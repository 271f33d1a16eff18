"""The smallest spec of every layer class that a spec may name."""

from __future__ import annotations

from lenet_verify.vocabulary import LAYERS

_IMAGE = "3@8x8"
_BY_RANK = {1: "3@8", 2: _IMAGE, 3: "3@8x8x8"}

_ARGUMENTS = {
    "filters": "2", "kernel_size": "3", "pool_size": "2", "output_size": "2", "units": "4",
    "rate": "0.5", "stddev": "0.1", "activation": "tanh", "n": "2", "head_dim": "4",
    "num_query_heads": "4", "num_key_value_heads": "2", "num_heads": "2", "key_dim": "4",
    "input_dim": "10", "output_dim": "4", "num_bins": "5", "factor": "0.2", "height": "4",
    "width": "4", "height_factor": "0.2", "width_factor": "0.2", "scale": "2.0",
    "connection_table": "[[0], [0, 2]]", "codes": "['#..', '##.']",
    "max_number": "4", "axes": "1", "dims": "[2, 1, 3]", "target_shape": "[64, 3]",
}  # fmt: skip
"""What an argument without a default is given."""

_MORE = {
    "CategoryEncoding": "num_tokens: 5",
    "Discretization": "bin_boundaries: [0.5, 1.5]",
    "EinsumDense": "equation: 'ab,bc->ac', output_shape: 4",
    "IntegerLookup": "vocabulary: [1, 2, 3]",
    "StringLookup": "vocabulary: [a, b]",
    "TextVectorization": "vocabulary: [a, b], output_sequence_length: 4",
    "Normalization": "mean: 0.5, variance: 2.0",
    "RNN": "cell: {type: SimpleRNNCell, units: 4}",
    "StackedRNNCells": "cells: [{type: GRUCell, units: 4}, {type: LSTMCell, units: 3}]",
    "Bidirectional": "layer: {type: LSTM, units: 4}",
    "SpectralNormalization": "layer: {type: Dense, units: 4}",
    "TimeDistributed": "layer: {type: Dense, units: 4}",
    "MelSpectrogram": "sequence_length: 64, sequence_stride: 16, fft_length: 64",
    "STFTSpectrogram": "frame_length: 16, frame_step: 8, fft_length: 16",
    "GroupNormalization": "groups: 1",
    "RandomPosterization": "factor: 4",
}
"""What a class is given besides, or instead."""

_INPUTS = {
    **dict.fromkeys(("Add", "Average", "Concatenate", "Maximum", "Minimum", "Multiply"), "84"),
    "CategoryEncoding": "{shape: 6, dtype: int32}",
    "EinsumDense": "6",
    "Embedding": "{shape: 6, dtype: int32}",
    "ReversibleEmbedding": "{shape: 6, dtype: int32}",
    "IntegerLookup": "{shape: 6, dtype: int64}",
    "Hashing": "{shape: 6, dtype: int64}",
    "StringLookup": "{shape: 6, dtype: string}",
    "TextVectorization": "{shape: 1, dtype: string}",
    "HashedCrossing": "{shape: 1, dtype: int64}",
    "MelSpectrogram": "256",
    "STFTSpectrogram": "300x1",
    "RepeatVector": "6",
    **dict.fromkeys(("GRU", "LSTM", "RNN", "SimpleRNN", "Bidirectional"), "5x3"),
    **dict.fromkeys(("Masking", "TimeDistributed"), "5x3"),
    **dict.fromkeys(("AdditiveAttention", "Attention", "MultiHeadAttention"), "5x3"),
    "GroupQueryAttention": "5x3",
    "Dot": "5x3",
}
_TWICE = (
    "Add", "Average", "Concatenate", "Dot", "Maximum", "Minimum", "Multiply", "Subtract",
    "AdditiveAttention", "Attention", "MultiHeadAttention", "GroupQueryAttention",
    "HashedCrossing",
)  # fmt: skip
_NOT_ALONE = {
    "GRUCell": "cell", "LSTMCell": "cell", "SimpleRNNCell": "cell", "StackedRNNCells": "cell",
}  # fmt: skip
"""Cells take a state besides their input: an RNN wraps them."""


def smallest_spec(name: str) -> str:
    """The text of a spec with one layer of that class, on inputs that it takes."""
    known = LAYERS[name]
    needed = {
        key: _ARGUMENTS[key]
        for key, argument in known.arguments.items()
        if repr(argument.default) == "REQUIRED" and key in _ARGUMENTS
    }
    arguments = [f"{key}: {value}" for key, value in needed.items()]
    if name in _MORE:
        arguments = [a for a in arguments if a.split(":")[0] not in _MORE[name]] + [_MORE[name]]
    shape = _INPUTS.get(name) or _BY_RANK.get(known.rank or 2)
    if name.startswith("ConvLSTM"):
        shape = {1: "5x8x3", 2: "5x8x8x3", 3: "5x8x8x8x3"}[known.rank or 2]
    inputs = "[left, right]" if name in _TWICE else "left"
    body = ", ".join([f"type: {name}", *arguments])
    if name in _NOT_ALONE:
        body = f"type: RNN, cell: {{{body}}}"
        shape = "5x3"
    return (
        "format: 1\ntitle: T\n"
        f"inputs: {{left: {shape}{', right: ' + shape if name in _TWICE else ''}}}\n"
        f"layers:\n  it: {{{body}, inputs: {inputs}}}\n"
    )

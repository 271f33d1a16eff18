"""Frozen specs against random networks, changed in ways that matter and in ways that do not:
`python -m tests.mutation`."""

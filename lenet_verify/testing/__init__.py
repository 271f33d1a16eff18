"""Specs and models in other people's tests: what the pytest plugin does once it is needed."""

"""Completion for shells: a script for each, made from the parsers, which asks nobody at run time.

`words.py` says what may stand where; `bash.py`, `zsh.py`, `fish.py` say it to each shell.
"""

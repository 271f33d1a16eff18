"""The papers whose specs ship with the package: which there are, and how the last checks ended.

`listing.py` has them, `text.py`, `markdown.py` and `json_document.py` tell of them.
"""

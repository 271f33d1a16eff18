"""Docs that cannot go stale: what stands between markers in Markdown files is filled in anew.

`markers.py` finds the blocks, `marker.py` reads what each wants, `subject.py` has the models,
`parts.py` writes what is wanted of them, `document.py` brings a file up to date.
"""

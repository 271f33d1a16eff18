"""Docs that cannot go stale: what stands between markers in Markdown files is filled in anew.

`markers.py` finds the blocks, `marker.py` reads what each wants, `subject.py` has the models,
`parts.py` writes what is wanted of them, `document.py` brings a file up to date.
"""

from lenet_verify.documents.document import Document, filled, read_documents
from lenet_verify.documents.subject import How

__all__ = ["Document", "How", "filled", "read_documents"]

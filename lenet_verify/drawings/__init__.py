"""Pictures of a network as text: DOT, Mermaid, SVG. None of them needs a framework."""

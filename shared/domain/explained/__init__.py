"""What every code means, who acts on it and what to do: the source of docs/reference.md. Pure tables."""

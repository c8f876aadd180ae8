"""One rule for each kind of holding: what ends it, and why it still blocks. Pure; `disposition` is their table."""

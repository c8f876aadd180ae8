"""One rule for each kind of holding: what ends it, and why it still blocks. Pure; `disposition` is their table.

What is to be written is told as what has to be: a dry run, or a request that stops, shows the same sentence and writes
nothing."""

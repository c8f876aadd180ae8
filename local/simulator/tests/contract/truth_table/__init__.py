"""Microsoft's documented rules as data, cell by cell, each asked of the simulator from outside."""

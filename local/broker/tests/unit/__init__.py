"""Unit tests of the local broker: codec, entities file, engine, journal."""

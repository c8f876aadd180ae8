"""Tests of the mutation testing itself."""

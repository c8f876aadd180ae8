"""Reads Bicep: characters to tokens, tokens to nodes."""

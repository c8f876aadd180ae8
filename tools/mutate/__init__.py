"""Mutation testing of the decisions: changes one thing in the code and asks whether a test notices."""

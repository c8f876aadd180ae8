"""Checks the Bicep files of a folder without the Bicep compiler; see README.md beside this file."""

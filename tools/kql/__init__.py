"""Checks the queries of a folder and carries them out over exported telemetry; see README.md beside this file."""

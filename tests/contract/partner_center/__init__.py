"""The adapters against the simulator and, where a folder of them is given, against documented bodies."""

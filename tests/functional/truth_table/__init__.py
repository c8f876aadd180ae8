"""The truth table of the pipeline: every kind and state of holding, and where an offboarding of it must end."""

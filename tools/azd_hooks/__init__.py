"""What azd runs before and after its own work (azure.yaml): looks whether a deployment can work, and says what is next.

Standard library only: it runs before anything of the project is set up.
"""

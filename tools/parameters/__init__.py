"""The parameters of a deployment as azd would give them, for who asks Azure without azd."""

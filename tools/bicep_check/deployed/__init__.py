"""What a template makes of given parameters, worked out without Azure: its resources with their properties."""

"""The channels: Teams, mail and web hooks, over one way out that checks where it goes."""

"""What the stages need from the world, as Protocols. Adapters and fakes implement them; stages see nothing else."""

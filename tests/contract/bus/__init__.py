"""What every Bus does, the one in memory and the one on azure-servicebus over the local broker."""

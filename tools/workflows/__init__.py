"""What GitHub would say of the workflows before it runs them, and what ShellCheck says of the shell in them."""

"""The shell over real sockets, and its parsing without them."""

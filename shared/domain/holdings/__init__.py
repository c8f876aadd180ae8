"""What a customer holds: the vocabulary, how records become holdings, and what was done to each of them."""

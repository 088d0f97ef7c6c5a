"""The engines are tried: what they are shown, what they say, and what cannot silence them."""

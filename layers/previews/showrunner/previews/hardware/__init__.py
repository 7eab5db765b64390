"""Graphics chips that decode films: what is there, and pictures by way of them."""

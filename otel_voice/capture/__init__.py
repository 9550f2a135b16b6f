"""How a call is seen: patch points, shapes, and one running operation that ends exactly once."""

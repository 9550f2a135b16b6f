"""What an operation costs, by list prices that are shipped, dated and sourced. Nothing is looked up on a network."""

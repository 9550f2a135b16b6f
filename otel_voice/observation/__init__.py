"""What happened: plain records of provider calls, with marks and facts. Standard library only."""

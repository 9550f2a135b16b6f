"""docker-compose.yml on a real Docker engine, with images of the programs built here: `make compose-test`."""

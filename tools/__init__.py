"""What the authors of the course run, by `make map`, `make lint`, `make refresh` and `make rabbitmq`."""

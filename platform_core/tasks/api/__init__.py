"""REST views of tasks, annotations and predictions."""

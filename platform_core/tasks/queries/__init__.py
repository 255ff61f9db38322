"""Reading tasks, annotations and predictions as JSON made by the database."""

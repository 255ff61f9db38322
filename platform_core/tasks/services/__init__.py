"""Writes on tasks, annotations and predictions; imports and exports."""

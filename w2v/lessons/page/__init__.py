"""A lesson as one HTML file to click through: any lesson, by its steps and blocks."""

"""Pure analysis: numbers, names and integer graphs in, verdicts and findings out. Imports the model only."""

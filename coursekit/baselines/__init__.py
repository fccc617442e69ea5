"""What a network has to beat: ridge and logistic regression, n-grams."""

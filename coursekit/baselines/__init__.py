"""What a network has to beat: ridge and logistic regression, random features, n-grams."""

"""Lesson 08, what the articles claim: equal-size and paired comparisons, and the experiments behind them."""

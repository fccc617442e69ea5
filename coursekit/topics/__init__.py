"""A room per lesson: what it asks, right and wrong answers, its data, what it trains, its figures."""

"""Lesson 22, words: sentiment, autocompletion, a summary and a chatbot's turn, each beside what needs no network.

exercises.py           what is asked: words as numbers, both ends of a sequence, keystrokes saved
answers.py             the right answers
mistakes.py            wrong ones that are known: numbers, both ways
keystroke_mistakes.py  and keystrokes
weather.py             the example of the articles, and its model
reviews.py             generated film reviews, of six kinds
sentiment.py           counts, rules and GRUs that read them
autocomplete.py        keyboards: counts, what was typed last, a GRU
docstrings.py          texts with a summary, from Python's own library
summaries.py           which sentence sums up? lead, formulas, a GRU over the sentences
shop.py                generated questions to a shop, and their answers
replies.py             answers that are looked up, adapted or written
keras_model.py         the Keras model of the articles, its twin, its record
figures.py             reviews by kind, sentences word by word, keys of a sentence drawn
"""

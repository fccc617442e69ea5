"""Lesson 15, music: the next chord of a chorale, and new chorales.

exercises.py    what is asked: batches of chords, their likelihood, a drawn chord
answers.py      the right answers
mistakes.py     wrong ones that are known
data.py         Bach's chorales
midi.py         your own MIDI files, read and written
midi_tracks.py  the keys that a file's tracks press and release
task.py         baselines and GRU compared, chorales composed
sound.py        a piano roll to be heard
figures.py      piano rolls and expectations drawn
"""
